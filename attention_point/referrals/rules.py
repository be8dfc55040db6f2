"""The life of a referral: which state follows which, who may say so, and when a reason is owed."""

from dataclasses import dataclass

WAITING = ("created", "seen")
OPEN = (*WAITING, "accepted")
ANSWERED = ("attended", "no_show", "rejected", "closed", "withdrawn", "expired")
ANSWERS = frozenset({"accepted", "rejected", "attended", "no_show"})
"""What counts as the entity's answer."""
OVER = frozenset({"rejected", "closed", "withdrawn", "expired"})
"""Nobody need go there any more: no slip names it."""

ENTITY = "entity"
DESK = "desk"


@dataclass(frozen=True, slots=True)
class Step:
    """A state that may follow: from where, said by whom, and whether it owes a reason."""

    state: str
    after: frozenset[str]
    said_by: str
    reason_owed: bool = False


STEPS = (
    Step("accepted", frozenset({"created", "seen", "no_show"}), ENTITY),
    Step("rejected", frozenset({"created", "seen", "accepted"}), ENTITY, reason_owed=True),
    Step("attended", frozenset({"created", "seen", "accepted", "no_show"}), ENTITY),
    Step("no_show", frozenset({"created", "seen", "accepted"}), ENTITY),
    Step("closed", frozenset({"attended", "rejected", "no_show"}), DESK),
    Step("withdrawn", frozenset({"created", "seen", "accepted", "no_show"}), DESK, reason_owed=True),
)


def side_of(state: str) -> str:
    """Which side brings a referral to a state; to have seen it is the entity's."""
    return next((step.said_by for step in STEPS if step.state == state), ENTITY)


def steps_from(state: str, said_by: str) -> tuple[Step, ...]:
    """The steps that somebody may take next."""
    return tuple(step for step in STEPS if state in step.after and step.said_by == said_by)


def step_to(state: str, target: str, said_by: str) -> Step | None:
    """The step from one state to another, or None when it does not exist for that side."""
    return next((step for step in steps_from(state, said_by) if step.state == target), None)


def reason_owed(step: Step, state: str, *, mandatory: bool) -> bool:
    """Whether a reason must be given: a mandatory path (DOMAIN M1) ends without an outcome only with one."""
    without_outcome = step.state in {"closed", "withdrawn"} and state != "attended"
    return step.reason_owed or (mandatory and without_outcome)
