"""One answer to a referral: how it is checked, stored and counted. ``services.py`` says who may give it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Conflict, Difference, FieldError, Invalid
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.referrals import queries, rules
from attention_point.referrals.appointments import Appointment, check_appointment, parse_appointment
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.models import Referral
from attention_point.referrals.reasons.queries import describe_answer_reason, find_reason_words, list_reason_codes
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey, build_referral_cells

# Characters; the fields of the form have the same limit.
REASON_MAX_LENGTH = 500
_UPDATE_STATE = (
    update(Referral)
    .where(Referral.id == bindparam("referral"))
    .values(
        state=bindparam("new_state"),
        state_at=bindparam("new_time"),
        sealed=bindparam("new_sealed"),
        version=bindparam("new_version"),
    )
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a referral: its new state, a reason if the step requires one, a note to the other side.

    ``reason_code`` is one of the entity's reasons to reject, or ``other``, whose words stand in ``reason``. An
    acceptance may come with an appointment.
    """

    state: str
    version: int
    reason: str | None = None
    note: str | None = None
    appointment: Appointment | None = None
    reason_code: str | None = None
    # The words of the code by language, stored with the answer: a list that is edited later changes no answer.
    reason_words: Mapping[str, str] | None = None

    @property
    def content(self) -> dict[str, Any]:
        """The answer as it is stored with its moment and its author."""
        content: dict[str, Any] = {"state": self.state, "reason": self.reason, "note": self.note}
        if self.reason_code:
            content |= {"reason_code": self.reason_code, "reason_words": dict(self.reason_words or {})}
        if self.appointment:
            content["appointment"] = asdict(self.appointment)
        return content


def prepare_answer(
    session: Session, actor: Actor, referral: DecryptedReferral, answer: Answer, side: str
) -> Answer | None:
    """The answer as it will be stored, or None for one that is stored already: it was sent again.

    Raises Conflict with the differences for a stale version, Invalid for a step that does not exist or a reason that
    is missing.
    """
    answer = _normalise_answer(answer)
    answer = replace(answer, reason_words=find_reason_words(session, referral.entity, answer.reason_code))
    # Before the versions are compared: an answer that is sent again is stale by its own first arrival.
    if _is_repeated_answer(actor, referral, answer, side):
        return None
    if answer.version != referral.version:
        raise build_conflict(referral, answer)
    require_standing_visit(referral)
    step = None if referral.forwarded_to else rules.find_step(referral.state, answer.state, side)
    if step is None:
        message = _("This answer is not possible now.") if answer.state else _("Choose an answer.")
        raise Invalid(message, (FieldError("state", message),))
    errors = tuple(_check_answer(session, referral, answer, step))
    if errors:
        raise Invalid(_("Some fields need attention."), errors)
    return answer


def require_standing_visit(referral: DecryptedReferral) -> None:
    """Raise Conflict for a referral whose visit was annulled."""
    if referral.visit_annulled_on:
        raise Conflict(_("The attention point annulled this visit: nothing more can be answered."), code="void")


def _is_repeated_answer(actor: Actor, referral: DecryptedReferral, answer: Answer, side: str) -> bool:
    """Whether this answer is stored as the last one already: the network lost its reply, and it was sent again."""
    last_answer = referral.record["answers"][-1] if referral.record["answers"] else {}
    answer_content = {"at": last_answer.get("at"), "by": actor.journal_label, "side": side, **answer.content}
    return answer.version == referral.version - 1 and answer_content == last_answer


def _check_answer(
    session: Session, referral: DecryptedReferral, answer: Answer, step: rules.Step
) -> Iterator[FieldError]:
    yield from _check_reason(session, referral, answer, step)
    for name, text in (("reason", answer.reason or ""), ("note", answer.note or "")):
        if len(text) > REASON_MAX_LENGTH:
            yield FieldError(name, _("At most %(max_length)s characters.", max_length=REASON_MAX_LENGTH))
        if not texts.is_fit_text(text, lines=True):
            yield FieldError(name, _(texts.UNFIT_CHARACTERS))
    if answer.appointment:
        yield from check_appointment(answer.appointment, answer.state)
    elif answer.state == referral.state:
        yield FieldError("appointment", _("It is accepted already. Write the new appointment."))


def _check_reason(
    session: Session, referral: DecryptedReferral, answer: Answer, step: rules.Step
) -> Iterator[FieldError]:
    code = answer.reason_code
    if code and code != rules.OTHER_REASON and code not in list_reason_codes(session, referral.entity):
        yield FieldError("reason_code", _("This code does not exist."))
    elif not answer.reason and rules.is_reason_required(step, referral.state, mandatory=referral.needs_outcome):
        if step.state != "rejected" or code == rules.OTHER_REASON:
            yield FieldError("reason", _("Write the reason."))
        elif not code:
            yield FieldError("reason", _("Choose the reason, or write it."))


def _normalise_answer(answer: Answer) -> Answer:
    appointment, reason, code = answer.appointment, normalise_text(answer.reason), answer.reason_code or None
    if appointment:
        appointment = replace(
            appointment, place=normalise_text(appointment.place), bring=normalise_text(appointment.bring)
        )
    if answer.state != "rejected":
        code = None  # a choice that the form has hidden since
    elif reason and not code:  # a program of before there were codes
        code = rules.OTHER_REASON
    return replace(answer, reason=reason, note=normalise_text(answer.note), appointment=appointment, reason_code=code)


def normalise_text(text: str | None) -> str | None:
    """The text with its spaces in order; None where nothing is left."""
    return texts.normalise_text(text or "") or None


def store_answer(
    session: Session, actor: Actor, referral: DecryptedReferral, side: str, content: dict[str, Any], action: str
) -> DecryptedReferral:
    """Add an answer to the referral's record, and its new state to the row. The caller counts the change.

    The row has been locked since it was read, so no other answer is lost. ``action`` is the journal's.
    """
    now, state = clock.now(), content["state"]
    entry = {"at": now.isoformat(), "by": actor.journal_label, "side": side, **content}
    # To open a referral is no answer, so it makes nobody's form stale.
    is_opening = state == "seen" and referral.state == "created"
    record = {**referral.record, "answers": [*referral.record["answers"], entry]}
    changed = replace(referral, state=state, state_at=now, version=referral.version + (not is_opening), record=record)
    session.execute(
        _UPDATE_STATE,
        {
            "referral": referral.id,
            "new_version": changed.version,
            "new_state": state,
            "new_time": now,
            "new_sealed": referral.key.seal(queries.SEALING_PURPOSE, referral.id, record, version=changed.version),
        },
    )
    journal.record(session, actor, action, "referral", referral.id, state=state, before=referral.state)
    return changed


def count_changes(
    session: Session,
    changes: Iterable[tuple[DecryptedReferral, DecryptedReferral]],
    new_referrals: Iterable[DecryptedReferral] = (),
) -> None:
    """Let the counts follow referrals, each before and after. Call this once a transaction, last before the commit."""
    # In this transaction: the counts and the rows never disagree.
    old_cells: Counter[CellKey] = Counter()
    new_cells: Counter[CellKey] = Counter()
    for before, after in changes:
        if before.is_counted:
            old_cells.update(build_referral_cells(before.facts))
            new_cells.update(build_referral_cells(after.facts))
    for referral in new_referrals:
        if referral.is_counted:
            new_cells.update(build_referral_cells(referral.facts))
    tally_services.update_tallies(session, old_cells, new_cells)


def build_conflict(referral: DecryptedReferral, answer: Answer) -> Conflict:
    """What somebody else answered meanwhile, beside the answer that comes too late."""
    last_answer = referral.record["answers"][-1] if referral.record["answers"] else {}
    states, language = get_code_list("referral_states"), current_language()
    your_state, their_state = (states.label_for_code(state, language) for state in (answer.state, referral.state))
    reasons = (describe_answer_reason(content) or "" for content in (answer.content, last_answer))
    differences = (
        Difference(_("State"), your_state, their_state),
        Difference(_("Reason"), *reasons),
        Difference(_("Note"), answer.note or "", last_answer.get("note") or ""),
        Difference(
            _("Appointment"),
            _describe_or_blank(answer.appointment),
            _describe_or_blank(parse_appointment(last_answer)),
        ),
    )
    refusals = {
        "withdrawn": _("The attention point withdrew this referral. Your answer was not saved."),
        "expired": _("The time to answer this referral ran out. Your answer was not saved."),
    }
    return Conflict(
        refusals.get(referral.state)
        or _("Somebody else answered this referral before you. Your answer was not saved."),
        tuple(difference for difference in differences if difference.yours != difference.theirs),
    )


def _describe_or_blank(appointment: Appointment | None) -> str:
    try:
        return appointment.description if appointment else ""
    except (ValueError, OverflowError):  # of a late answer nothing was checked yet
        return appointment.moment if appointment else ""
