"""Forms of the calls besides those of every register."""

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional

from attention_point.foundation.language import N_, current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.calls import rules
from attention_point.registers.calls.register import LISTS
from attention_point.registers.calls.services import Answer


class AnswerForm(BaseForm):
    """Format 2: a recipient's answer to a call."""

    interested = RadioField(N_("Does it interest you?"), [Optional()], validate_choice=False)
    needs = TextAreaField(N_("What do you need to take part?"))
    person = StringField(N_("Person in charge"))
    email = StringField(N_("E-mail address"))
    phone = StringField(N_("Phone"))

    def offer(self) -> None:
        """The two answers in the reader's language."""
        self.interested.choices = [("yes", _("Yes, it interests us")), ("no", _("No"))]

    def said(self) -> Answer:
        """What was typed."""
        return Answer(
            {"yes": True, "no": False}.get(self.interested.data or ""),
            self.needs.data or "",
            self.person.data or "",
            self.email.data or "",
            self.phone.data or "",
        )


class SendForm(BaseForm):
    """The calls that a draft keeps."""

    calls = SelectMultipleField(N_("Calls of this bulletin"), validate_choice=False)


class MoveForm(BaseForm):
    """Where a proposal goes; ``version`` is that of the card shown."""

    version = HiddenField()
    target = SelectField(N_("Move to"), validate_choice=False)


def targets() -> list[tuple[str, str]]:
    """Where a proposal may be moved, in the reader's language."""
    stages, results = LISTS["stages"], LISTS["results"]
    return [
        (target, (results if target in rules.RESULTS else stages).label(target, current())) for target in rules.TARGETS
    ]
