"""A referral in words: why it was made, and what was said of it since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attention_point.foundation import clock
from attention_point.foundation.language import N_, said
from attention_point.foundation.language import gettext as _
from attention_point.referrals.queries import OpenReferral
from attention_point.referrals.rules import DESK, ENTITY, WAITING, side_of

SIDES = {ENTITY: N_("The entity"), DESK: N_("The attention point")}


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the history: which side, when, the state it came to, why, and the note."""

    side: str
    at: datetime
    state: str
    reason: str | None
    note: str | None


def reason(found: OpenReferral) -> str:
    """Why the rules suggested it, in the reader's language. It is kept as a message id and its values."""
    return said(*found.record["reason"])


def history(found: OpenReferral) -> Sequence[Said]:
    """What was said, oldest first, after the creation, which is the desk's."""
    first = Said(_(SIDES[DESK]), found.created_at, "created", None, None)
    lines = [
        Said(
            _(SIDES[side_of(each["state"])]),
            datetime.fromisoformat(each["at"]),
            each["state"],
            each["reason"],
            each["note"],
        )
        for each in found.record["answers"]
    ]
    return (first, *lines)


def days_waiting(found: OpenReferral) -> int | None:
    """For how many days the entity has owed a first answer, on the point's calendar; None once it answered."""
    if found.state not in WAITING:
        return None
    return (clock.today() - clock.local_day(found.created_at)).days
