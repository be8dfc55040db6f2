"""A referral as it is read: its row, and its sealed part where that opens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from attention_point.foundation import clock
from attention_point.foundation.vault import PersonKey
from attention_point.referrals import rules
from attention_point.referrals.appointments import Appointment, find_appointment
from attention_point.tallies.facts import ReferralFacts


@dataclass(frozen=True, slots=True)
class ClearReferral:
    """What is known of a referral whose sealed part stays shut: its columns, and the entity that its tag leads to."""

    id: UUID
    visit_id: UUID
    person_id: UUID
    point: str
    day: date
    entity: str
    state: str
    created_at: datetime
    state_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class DamagedReferral(ClearReferral):
    """A referral whose sealed part does not open. Nobody knows whether it is restricted."""

    damaged: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class DecryptedReferral(ClearReferral):
    """A referral whose sealed part is open: service, need, reason, flags, answers."""

    damaged: ClassVar[bool] = False

    record: dict[str, Any] = field(repr=False)
    key: PersonKey = field(repr=False, compare=False)

    @property
    def service(self) -> str:
        """The service's code."""
        service: str = self.record["service"]
        return service

    @property
    def restricted(self) -> bool:
        """Whether ordinary lists must not show it, because it tells of violence or trafficking (DOMAIN M2)."""
        return bool(self.record.get("restricted"))

    @property
    def mandatory(self) -> bool:
        """Whether the path is mandatory, as for a child without a parent or guardian (DOMAIN M1)."""
        return bool(self.record.get("mandatory"))

    @property
    def needs_outcome(self) -> bool:
        """Whether it stands on one of the paths M1–M6, which do not end without an outcome or a reason."""
        return bool(rules.list_mandatory_paths(self.record))

    @property
    def person_outcomes(self) -> list[dict[str, Any]]:
        """What the person said became of it, oldest first: ``at``, ``by`` and ``outcome`` of each time."""
        # Referrals of an older version of the program have no such list.
        outcomes: list[dict[str, Any]] = self.record.get("person_outcomes", [])
        return outcomes

    @property
    def person_outcome(self) -> dict[str, Any] | None:
        """What she said last, or None if she said nothing or took it back."""
        last_outcome = self.person_outcomes[-1] if self.person_outcomes else None
        return last_outcome if last_outcome and last_outcome["outcome"] != rules.UNSAID else None

    @property
    def appointment(self) -> Appointment | None:
        """The appointment that the entity gave, while the referral is accepted."""
        return find_appointment(self.state, rules.list_standing_answers(self.record["answers"]))

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What both sides wrote each other, oldest first: ``at``, ``by``, ``side`` and ``text`` of each."""
        messages: list[dict[str, Any]] = self.record.get("messages", [])
        return messages

    def count_unread_messages(self, side: str) -> int:
        """How many messages of the other side stand after the last that this side has opened."""
        read_count = self.record.get("messages_read", {}).get(side, 0)
        return sum(message["side"] != side for message in self.messages[read_count:])

    @property
    def forwarded_to(self) -> UUID | None:
        """The referral to another entity by which this one was replaced; None where it was not forwarded."""
        text = self.record.get("forwarded_to")
        return UUID(text) if text else None

    @property
    def waiting_since(self) -> datetime:
        """When the referral came to the entity: when it was made, or opened again."""
        reopenings = (
            answer["at"] for answer in self.record["answers"] if answer["state"] == "seen" and answer["reason"]
        )
        return datetime.fromisoformat(max(reopenings, default=self.created_at.isoformat()))

    @property
    def is_counted(self) -> bool:
        """Whether the tallies count it. What a correction took back in an open month counts no more."""
        return not self.record.get("uncounted")

    @property
    def visit_annulled_on(self) -> date | None:
        """The day on which its visit was annulled; None where it stands."""
        text = self.record.get("visit_annulled_on")
        return date.fromisoformat(text) if text else None

    @property
    def facts(self) -> ReferralFacts:
        """The facts by which the tallies count the referral now."""
        # What was taken back or opened again waits like one that nobody answered.
        is_waiting = self.state in rules.WAITING_STATES
        answered_at = None if is_waiting else find_first_answer_time(self.record["answers"])
        days = (clock.local_day(answered_at) - clock.local_day(self.created_at)).days if answered_at else None
        opened_at = rules.find_first_opening_time(self.record["answers"])
        opened_in = (clock.local_day(opened_at) - clock.local_day(self.created_at)).days if opened_at else None
        outcome = self.person_outcome or {}
        return ReferralFacts(
            *(self.point, self.day, self.entity, self.service, self.state, days, opened_in),
            person_outcome=outcome.get("outcome"),
            asked_for_money=bool(outcome.get("asked_for_money")),
        )

    @property
    def urgent(self) -> bool:
        """Whether the person must go today."""
        return bool(self.record.get("urgent"))


ListedReferral = DecryptedReferral | DamagedReferral


def find_first_answer_time(answers: Iterable[Mapping[str, Any]]) -> datetime | None:
    """When the entity first answered, or None. The state ``seen`` is no answer, and one taken back is none either."""
    standing_answers = rules.list_standing_answers(answers)
    moments = (answer["at"] for answer in standing_answers if answer["state"] in rules.ANSWER_STATES)
    first_moment = next(moments, None)
    return datetime.fromisoformat(first_moment) if first_moment else None
