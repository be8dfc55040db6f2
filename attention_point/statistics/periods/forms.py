"""The form of the choice of a trend."""

from wtforms import SelectField

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import PlainForm
from attention_point.statistics.periods.trend import (
    CODE_ARGUMENTS,
    KIND_LABELS,
    TrendChoice,
    list_dimension_labels,
    list_table_choices,
)


class TrendForm(PlainForm):
    """The choice as a form, which shows only: ``parse_choice`` reads it."""

    kind = SelectField(N_("Trend by"), validate_choice=False)
    table = SelectField(N_("Table"), validate_choice=False)
    row = SelectField(N_("Row"), validate_choice=False)
    column = SelectField(N_("Column"), validate_choice=False)
    third = SelectField(N_("Third characteristic"), validate_choice=False)


def build_trend_form(choice: TrendChoice) -> TrendForm:
    """Build the form with what is chosen. A table of fewer dimensions has no fields for the others."""
    form = TrendForm(data=choice.address_arguments)
    form.kind.choices = [(kind, _(label)) for kind, label in KIND_LABELS.items()]
    form.table.choices = list_table_choices(choice.view.content)
    labels = list_dimension_labels(choice)
    # No table has more than three dimensions. The headings are those of the chosen table: its row may
    # be a need, an age or an entity.
    for axis, (name, field) in enumerate(zip(CODE_ARGUMENTS, (form.row, form.column, form.third), strict=True)):
        if axis < len(labels):
            field.choices = choice.list_choices(axis)
            field.label.text = labels[axis]
        else:
            del form[name]
    return form
