"""The form of a section's text."""

from collections.abc import Iterable

from wtforms import HiddenField, TextAreaField

from attention_point.foundation.refusals import FieldError
from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.annual_report.services import LABELS


class TextForm(BaseForm):
    """Nothing is checked here; the service says what is wrong. ``version`` is that of the text shown."""

    version = HiddenField()
    introduction = TextAreaField(LABELS["introduction"])
    account = TextAreaField(LABELS["account"])

    def show(self, complaints: Iterable[FieldError]) -> None:
        """Put each complaint beside its field."""
        for each in complaints:
            if each.message not in self[each.field].errors:
                self[each.field].errors = [*self[each.field].errors, each.message]
