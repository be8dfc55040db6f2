"""The form of the monitor's filters. It shows them; ``parse_filters`` checks them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import SelectField

from attention_point.dates import format_month_code
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import PlainForm
from attention_point.referrals.monitor.filters import Filters, list_month_choices


class MonitorFilterForm(PlainForm):
    """The choice as a form. An entity that sees its own figures alone has no field for it."""

    first = SelectField(N_("First month"), validate_choice=False)
    last = SelectField(N_("Last month"), validate_choice=False)
    point = SelectField(N_("Attention point"), validate_choice=False)
    entity = SelectField(N_("Entity"), validate_choice=False)

    def show_filters(self, filters: Filters) -> None:
        """Show the months that are in force, those too that the address leaves out."""
        self.first.data, self.last.data = (
            format_month_code(month) for month in (filters.months[0], filters.months[-1])
        )
        for name, code in (("point", filters.point), ("entity", filters.entity)):
            if name in self:
                self[name].data = code or ""


def build_filter_form(
    arguments: Any, points: Mapping[str, str], entities: Mapping[str, str] | None, today: date
) -> MonitorFilterForm:
    """Build the form from the arguments of an address."""
    form = MonitorFilterForm(arguments)
    months = list_month_choices(today)
    form.first.choices = form.last.choices = months
    if len(points) < 2:
        del form.point
    else:
        form.point.choices = [("", _("All points")), *points.items()]
    if entities is None or len(entities) < 2:
        del form.entity
    else:
        form.entity.choices = [("", _("All entities")), *sorted(entities.items(), key=lambda item: item[1])]
    return form
