"""The form of the dashboard's filters."""

from typing import Any

from wtforms import SelectField, StringField

from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import PlainForm
from attention_point.statistics.dashboard.filters import GROUPINGS, Options


class FilterForm(PlainForm):
    """The choice as a form, which shows only: ``parse_filters`` checks it."""

    period = StringField(N_("Period"))
    point = SelectField(N_("Attention point"), validate_choice=False)
    entity = SelectField(N_("Referrals of"), validate_choice=False)
    grouping = SelectField(N_("Trend by"), default="week", validate_choice=False)


def build_filter_form(arguments: Any, options: Options, errors: tuple[FieldError, ...] = ()) -> FilterForm:
    """Build the form from the arguments of an address, with the errors beside their fields."""
    form = FilterForm(arguments)
    form.show_field_errors(errors)
    form.point.choices = [("", _("All points")), *options.points.items()]
    form.entity.choices = [("", _("All entities")), *options.entities.items()]
    form.grouping.choices = [(code, _(label)) for code, label in GROUPINGS.items()]
    return form
