"""The form of an answer, of the entity and of the desk: a state, a reason, a note, and the entity's appointment."""

from collections.abc import Sequence

from wtforms import FormField, HiddenField, RadioField, StringField, TextAreaField

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.typed_dates import parse_local_time
from attention_point.foundation.web.forms import BaseForm, PlainForm, clean_text
from attention_point.referrals.answers.answering import Answer
from attention_point.referrals.appointments import Appointment
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.rules import DESK_SIDE, list_next_steps

# At the desk a step is something to do, and not an answer.
DESK_STEP_LABELS = {"closed": N_("Close the referral"), "withdrawn": N_("Withdraw the referral")}
REOPEN_LABEL = N_("Reopen the referral")
NEW_APPOINTMENT_LABEL = N_("Give another appointment")  # of what is accepted already


class AppointmentForm(PlainForm):
    """The appointment that goes with an acceptance; left empty, there is none."""

    on = StringField(N_("Day of the appointment"), filters=[clean_text])
    time = StringField(N_("Time of the appointment"), filters=[clean_text])
    place = StringField(N_("Place"), filters=[clean_text])
    bring = StringField(N_("What to bring"), filters=[clean_text])

    def read_appointment(self) -> Appointment | None:
        """What was typed; None if nothing was. Without a time the moment cannot be read, and is told as wrong."""
        if not self.is_filled:
            return None
        moment = parse_local_time(self.on.data, self.time.data) if self.time.data else self.on.data or ""
        return Appointment(moment, self.place.data, self.bring.data)


class AnswerForm(BaseForm):
    """It checks nothing. The service knows which answers are possible, and whether somebody else answered first."""

    version = HiddenField()
    # The choices depend on the referral and on the side: see ``prepare_answer_form``.
    state = RadioField(N_("Answer"), validate_choice=False, choices=[])
    # Only to reject, and only for the entity: its own list, and ``other``, whose words stand in ``reason``.
    reason_code = RadioField(N_("Why"), validate_choice=False, choices=[])
    reason = TextAreaField(N_("Reason"), filters=[clean_text])
    note = TextAreaField(N_("Note for the other side"), filters=[clean_text])
    appointment = FormField(AppointmentForm)

    def read_answer(self) -> Answer:
        """The answer that was sent. Without a readable version it counts as the answer to an old page."""
        return Answer(
            state=self.state.data or "",
            version=self.read_version(),
            reason=self.reason.data,
            note=self.note.data,
            appointment=self.appointment.form.read_appointment(),
            reason_code=self.reason_code.data or None,
        )


class MessageForm(BaseForm):
    """A message to the other side. ``shown`` counts the messages that the page showed."""

    shown = HiddenField()
    text = TextAreaField(N_("Message"), filters=[clean_text])

    def read_shown(self) -> int:
        """How many messages the page showed; of what cannot be read, none, so that a repetition is still found."""
        text = self.shown.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


class VersionForm(BaseForm):
    """A form of one button: the version that the page showed is all that it says."""

    version = HiddenField()


class OutcomeForm(BaseForm):
    """One button an outcome. ``version`` counts the outcomes that the page showed; ``page`` is where it stood."""

    version = HiddenField()
    outcome = HiddenField()
    page = HiddenField()


def prepare_answer_form(
    form: AnswerForm, referral: DecryptedReferral, side: str, reasons: Sequence[tuple[str, str]] = ()
) -> AnswerForm:
    """Offer the answers that a side may give now. A form that comes back keeps the version that its reader saw.

    ``reasons``: the codes and words of the entity's reasons to reject.
    """
    is_over = referral.visit_annulled_on or referral.forwarded_to
    form.state.choices = [
        (step.state, _label_step(referral.state, step.state, side))
        for step in ([] if is_over else list_next_steps(referral.state, side))
    ]
    form.reason_code.choices = list(reasons)
    if side == DESK_SIDE:
        form.state.label.text = _("What to do")
    form.version.data = form.version.data or str(referral.version)
    return form


def _label_step(state: str, next_state: str, side: str) -> str:
    if next_state == "seen":
        return _(REOPEN_LABEL)
    if next_state == state:
        return _(NEW_APPOINTMENT_LABEL)
    if side == DESK_SIDE and next_state in DESK_STEP_LABELS:
        return _(DESK_STEP_LABELS[next_state])
    return get_code_list("referral_states").label_for_code(next_state, current_language())
