"""The form of an answer, the entity's and the desk's: a state, a reason where one is owed, a note back."""

from collections.abc import Sequence

from wtforms import HiddenField, RadioField, TextAreaField

from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_, current
from attention_point.foundation.refusals import FieldError
from attention_point.foundation.web.forms import BaseForm, clean
from attention_point.referrals.queries import OpenReferral
from attention_point.referrals.rules import steps_from
from attention_point.referrals.services import REASON_LENGTH, Answer

_LONG = {"maxlength": REASON_LENGTH}


class AnswerForm(BaseForm):
    """Nothing is checked here: the service knows what is possible, and says so first when somebody else answered."""

    version = HiddenField()
    state = RadioField(N_("Answer"), validate_choice=False, choices=[])
    reason = TextAreaField(N_("Reason"), filters=[clean], render_kw=_LONG)
    note = TextAreaField(N_("Note back"), filters=[clean], render_kw=_LONG)

    def answer(self) -> Answer:
        """What was answered. Without a readable version it is an answer to an old page."""
        version = self.version.data or ""
        return Answer(
            state=self.state.data or "",
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            reason=self.reason.data,
            note=self.note.data,
        )

    def show(self, complaints: Sequence[FieldError]) -> None:
        """Put each complaint beside its field."""
        for each in complaints:
            if each.message not in self[each.field].errors:
                self[each.field].errors = [*self[each.field].errors, each.message]


def prepare(form: AnswerForm, found: OpenReferral, side: str) -> AnswerForm:
    """The answers that this side may give now; a form that comes back keeps the version that was looked at."""
    states = codelist("referral_states")
    form.state.choices = [(step.state, states.label(step.state, current())) for step in steps_from(found.state, side)]
    form.version.data = form.version.data or str(found.version)
    return form
