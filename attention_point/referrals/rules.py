"""The life of a referral: which state follows which, which side decides it, and when it must give a reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# States in which the entity owes its first answer.
WAITING_STATES = ("created", "seen")
OPEN_STATES = (*WAITING_STATES, "accepted")
ANSWERED_STATES = ("attended", "no_show", "rejected", "closed", "withdrawn", "expired")
# The states that count as an answer of the entity.
ANSWER_STATES = frozenset({"accepted", "rejected", "attended", "no_show"})
# States in which nobody needs to go there any more, so that no slip names the referral.
ENDED_STATES = frozenset({"rejected", "closed", "withdrawn", "expired"})

# What the person says became of a referral, when she comes back; ``unsaid`` takes it back.
SERVED, NOT_SERVED, REFUSED, UNSAID = "served", "not_served", "refused", "unsaid"
VISITOR_LABEL = "visitor"  # by whom it was noted, where she said it herself by the code of her slip
PERSON_OUTCOMES = (SERVED, NOT_SERVED, REFUSED)

# Needs by which somebody complains of a right denied; who answers must be another than whom it is about (M6).
_RIGHTS_NEEDS = frozenset({"DDHH", "QUEJA-SP"})
_PATHS = frozenset({"M1", "M2", "M3", "M4", "M5", "M6"})

ENTITY_SIDE = "entity"
DESK_SIDE = "desk"


@dataclass(frozen=True, slots=True)
class Step:
    """A state that may follow others, the side that decides it, and whether it must give a reason."""

    state: str
    previous_states: frozenset[str]
    side: str
    reason_required: bool = False


STEPS = (
    # Whoever did not come may still come: the entity can accept or attend the person later. What is accepted is
    # accepted anew when it gets another appointment.
    Step("accepted", frozenset({"created", "seen", "accepted", "no_show"}), ENTITY_SIDE),
    Step("rejected", frozenset({"created", "seen", "accepted"}), ENTITY_SIDE, reason_required=True),
    Step("attended", frozenset({"created", "seen", "accepted", "no_show"}), ENTITY_SIDE),
    Step("no_show", frozenset({"created", "seen", "accepted"}), ENTITY_SIDE),
    # The desk closes what has an outcome; it withdraws what the person no longer wants.
    Step("closed", frozenset({"attended", "rejected", "no_show"}), DESK_SIDE),
    Step("withdrawn", frozenset({"created", "seen", "accepted", "no_show"}), DESK_SIDE, reason_required=True),
    # What is over is opened again, and waits for an answer as if it had just been read.
    Step("seen", frozenset({"rejected", "attended", "no_show", "expired"}), ENTITY_SIDE, reason_required=True),
    Step("seen", frozenset({"closed", "expired"}), DESK_SIDE, reason_required=True),
)
# An answer is taken back within a day: later it has been acted upon, and the referral is reopened with a reason.
TAKE_BACK_SPAN = timedelta(days=1)
# Codes of reasons that no list holds: words of one's own, and a referral that went on to another entity.
OTHER_REASON, FORWARDED_REASON = "other", "forwarded"


def list_standing_answers(answers: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The stored answers that stand, oldest first: without those taken back, and without the taking back itself."""
    standing_answers: list[Mapping[str, Any]] = []
    for answer in answers:
        if answer.get("takes_back"):
            standing_answers.pop()
        else:
            standing_answers.append(answer)
    return standing_answers


def find_first_opening_time(answers: Iterable[Mapping[str, Any]]) -> datetime | None:
    """When the entity first opened it, or answered it unopened; None if it never did. No later step changes that."""
    moments = (answer["at"] for answer in answers if answer["state"] in {"seen", *ANSWER_STATES})
    first_moment = next(moments, None)
    return datetime.fromisoformat(first_moment) if first_moment else None


def get_side_of_answer(answer: Mapping[str, Any]) -> str:
    """The side that gave a stored answer. Those of an older version of the program tell it by their state alone."""
    side: str = answer.get("side") or get_side_of_state(answer["state"])
    return side


def list_mandatory_paths(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Which of the paths M1–M6 of the domain a sealed referral stands on, by its rule, its need and its service.

    Such a referral ends with an outcome, or because somebody says why; it never expires by itself.
    """
    need = record.get("need")
    conditions = {
        "M1": bool(record.get("mandatory")),
        "M2": bool(record.get("restricted")),
        "M3": need == "RC-APATRIDIA",
        # Whom the law lets come without papers is turned away most easily. Older referrals do not say it.
        "M4": bool(record.get("documents_none")),
        "M6": need in _RIGHTS_NEEDS,
    }
    by_rule = _PATHS & {(record.get("rule") or "")[:2]}  # M1-KIN is a rule of M1
    return tuple(sorted({path for path, applies in conditions.items() if applies} | by_rule))


def get_side_of_state(state: str) -> str:
    """The side that brings a referral to a state. The state ``seen``, which is no step, is the entity's."""
    if state == "expired":  # by the attention point's own clock
        return DESK_SIDE
    return next((step.side for step in STEPS if step.state == state), ENTITY_SIDE)


def list_next_steps(state: str, side: str) -> tuple[Step, ...]:
    """The steps that a side may take from a state."""
    return tuple(step for step in STEPS if state in step.previous_states and step.side == side)


def find_step(state: str, target: str, side: str) -> Step | None:
    """The step of a side from one state to another, or None if there is no such step."""
    return next((step for step in list_next_steps(state, side) if step.state == target), None)


def is_reason_required(step: Step, state: str, *, mandatory: bool) -> bool:
    """Whether a step must give a reason. ``mandatory``: the referral stands on one of the paths M1–M6."""
    # Whoever ends such a path before the person was attended must say why (DOMAIN M1).
    without_outcome = step.state in {"closed", "withdrawn"} and state != "attended"
    return step.reason_required or (mandatory and without_outcome)


def can_record_outcome(state: str) -> bool:
    """Whether the desk may note what the person says became of a referral. Of one that she withdrew, nothing did."""
    return state != "withdrawn"


def is_outcome_shown_to_entity(outcome: str, state: str, *, restricted: bool) -> bool:
    """Whether the entity learns what the person says (decision 36).

    Only what helps an open referral on: that she was served, or still waits. That she was refused is said of the
    entity's own staff, who could make her pay for it, and of violence nothing is said at all.
    """
    return outcome in {SERVED, NOT_SERVED} and state in OPEN_STATES and not restricted
