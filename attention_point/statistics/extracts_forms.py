"""The form that makes an extract. It checks nothing but the confirmation: the service does, for page and command."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectField, StringField

from attention_point.foundation.language import N_
from attention_point.foundation.refusals import FieldError
from attention_point.foundation.web.forms import BaseForm, clean
from attention_point.statistics.extracts_rules import LONGEST

_LINE = {"maxlength": LONGEST}


class Asked:
    """Marks a field that cannot be left blank."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """The service says what is missing."""


class ExtractForm(BaseForm):
    """A period, who gets it, under which agreement, and the word that it is so."""

    period = SelectField(N_("Period"), [Asked()], validate_choice=False, choices=[])
    recipient = StringField(N_("Organisation that receives it"), [Asked()], filters=[clean], render_kw=_LINE)
    agreement = StringField(N_("Agreement that covers it"), [Asked()], filters=[clean], render_kw=_LINE)
    confirmed = BooleanField(
        N_("The agreement is signed and in force, and the organisation knows what it may not do with the extract")
    )

    @property
    def months(self) -> tuple[str, str]:
        """The first and the last month of the chosen period, as the service reads them."""
        first, _to, last = (self.period.data or "").partition("-to-")
        return first, last

    def show(self, complaints: Sequence[FieldError]) -> None:
        """Put each complaint beside its field; those about months and limits stand at the period."""
        for each in complaints:
            field = self._fields.get(each.field, self.period)
            if each.message not in field.errors:
                field.errors = [*field.errors, each.message]
