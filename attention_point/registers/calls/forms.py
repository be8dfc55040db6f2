"""Forms of the calls besides those of every register."""

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional

from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.calls import rules
from attention_point.registers.calls.register import CODE_LISTS
from attention_point.registers.calls.services import SubmittedAnswer


class AnswerForm(BaseForm):
    """Format 2: a recipient's answer to a call."""

    # Optional and unchecked: the service refuses a missing answer in the same sentence as every other.
    interested = RadioField(N_("Are you interested?"), [Optional()], validate_choice=False)
    needs = TextAreaField(N_("What do you need to take part?"))
    person = StringField(N_("Person in charge"))
    email = StringField(N_("E-mail address"))
    phone = StringField(N_("Phone"))

    def set_choices(self) -> None:
        """Set the two answers in the reader's language."""
        self.interested.choices = [("yes", _("Yes, we are interested")), ("no", _("No"))]

    def read_answer(self) -> SubmittedAnswer:
        """Read what was typed."""
        return SubmittedAnswer(
            {"yes": True, "no": False}.get(self.interested.data or ""),
            self.needs.data or "",
            self.person.data or "",
            self.email.data or "",
            self.phone.data or "",
        )


class SendForm(BaseForm):
    """The calls of a draft that are sent."""

    calls = SelectMultipleField(N_("Calls of this bulletin"), validate_choice=False)


class MoveForm(BaseForm):
    """The column to which a proposal is moved; ``version`` is that of the proposal on the page."""

    # A board may stand open for hours, and somebody else moves the same proposal meanwhile.
    version = HiddenField()
    target = SelectField(N_("Move to"), validate_choice=False)


def list_move_targets() -> list[tuple[str, str]]:
    """List where a proposal can be moved, in the reader's language."""
    stages, results = CODE_LISTS["stages"], CODE_LISTS["results"]
    return [
        (target, (results if target in rules.RESULTS else stages).label_for_code(target, current_language()))
        for target in rules.MOVE_TARGETS
    ]
