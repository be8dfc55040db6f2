"""The form of an answer, of the entity and of the desk: a state, a reason if one is required, a note."""

from wtforms import HiddenField, RadioField, TextAreaField

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, clean_text
from attention_point.referrals.queries import DecryptedReferral
from attention_point.referrals.rules import DESK_SIDE, list_next_steps
from attention_point.referrals.services import Answer

# At the desk a step is something to do, and not an answer.
DESK_STEP_LABELS = {"closed": N_("Close the referral"), "withdrawn": N_("Withdraw the referral")}


class AnswerForm(BaseForm):
    """It checks nothing. The service knows which answers are possible, and whether somebody else answered first."""

    version = HiddenField()
    # The choices depend on the referral and on the side: see ``prepare_answer_form``.
    state = RadioField(N_("Answer"), validate_choice=False, choices=[])
    reason = TextAreaField(N_("Reason"), filters=[clean_text])
    note = TextAreaField(N_("Note for the other side"), filters=[clean_text])

    def read_answer(self) -> Answer:
        """The answer that was sent. Without a readable version it counts as the answer to an old page."""
        return Answer(
            state=self.state.data or "", version=self.read_version(), reason=self.reason.data, note=self.note.data
        )


class OutcomeForm(BaseForm):
    """One button an outcome. ``version`` counts the outcomes that the page showed; ``page`` is where it stood."""

    version = HiddenField()
    outcome = HiddenField()
    page = HiddenField()


def prepare_answer_form(form: AnswerForm, referral: DecryptedReferral, side: str) -> AnswerForm:
    """Offer the answers that a side may give now. A form that comes back keeps the version that its reader saw."""
    states, is_desk = get_code_list("referral_states"), side == DESK_SIDE
    form.state.choices = [
        (
            step.state,
            _(DESK_STEP_LABELS[step.state])
            if is_desk and step.state in DESK_STEP_LABELS
            else states.label_for_code(step.state, current_language()),
        )
        for step in ([] if referral.visit_annulled_on else list_next_steps(referral.state, side))
    ]
    if is_desk:
        form.state.label.text = _("What to do")
    form.version.data = form.version.data or str(referral.version)
    return form
