"""The form of the dashboard's filters."""

from typing import Any

from wtforms import SelectField

from attention_point.dates import format_month_code
from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import PlainForm
from attention_point.statistics.dashboard.filters import GROUPINGS, Options, list_month_choices


class FilterForm(PlainForm):
    """The choice as a form, which shows only: ``parse_filters`` checks it."""

    period = SelectField(N_("Month"), validate_choice=False)
    point = SelectField(N_("Attention point"), validate_choice=False)
    entity = SelectField(N_("Referrals of"), validate_choice=False)
    grouping = SelectField(N_("Trend by"), default="week", validate_choice=False)


def build_filter_form(arguments: Any, options: Options, errors: tuple[FieldError, ...] = ()) -> FilterForm:
    """Build the form from the arguments of an address, with the errors beside their fields."""
    form = FilterForm(arguments)
    form.show_field_errors(errors)
    months = list_month_choices(options)
    chosen = form.period.data or ""
    # A month that cannot be used is shown as it was asked for, beside what is wrong with it.
    unknown = [(chosen, chosen[:20])] if chosen and chosen not in dict(months) else []
    form.period.choices = [*unknown, *months]
    form.period.data = chosen or format_month_code(options.newest_month)
    form.point.choices = [("", _("All points")), *options.points.items()]
    form.entity.choices = [("", _("All entities")), *options.entities.items()]
    form.grouping.choices = [(code, _(label)) for code, label in GROUPINGS.items()]
    return form
