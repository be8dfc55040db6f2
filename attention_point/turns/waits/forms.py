"""The form of the filters. It shows them; ``choose_filters`` checks them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import SelectField

from attention_point.directory.forms import DayField
from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import PlainForm
from attention_point.turns.waits.filters import Filters, choose_filters


class WaitFilterForm(PlainForm):
    """The choice as a form."""

    first = DayField(N_("First day"))
    last = DayField(N_("Last day"))
    point = SelectField(N_("Attention point"), validate_choice=False)

    def read_filters(self, points: Mapping[str, str], today: date) -> Filters:
        """Check what the address says. Raises Invalid."""
        return choose_filters(self.point.data, self.first.read_value(), self.last.read_value(), points, today)

    def show_filters(self, filters: Filters) -> None:
        """Show the days as people write them, those too that the address leaves out."""
        # A link has them as YYYY-MM-DD, which nobody here types.
        self.first.process_data(filters.first)
        self.last.process_data(filters.last)
        self.point.data = filters.point


def build_filter_form(arguments: Any, points: Mapping[str, str]) -> WaitFilterForm:
    """Build the form from the arguments of an address."""
    form = WaitFilterForm(arguments)
    form.point.choices = list(points.items())
    return form
