"""Referrals without an answer in time, for the supervisor: the list, and a letter on the day on which one joins it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from attention_point.accounts.queries import list_addressees_with_permission
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, doctor, mail
from attention_point.foundation.access import Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language, ngettext
from attention_point.referrals.clocks import LATE, Lateness, find_due_day, find_lateness
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral
from attention_point.referrals.follow_up.open_referrals import list_oldest_at_point
from attention_point.referrals.rules import OPEN_STATES

ESCALATIONS_PERMISSION = "referrals.escalations"
MAX_ROWS_READ = 5_000
"""How many open referrals of one state at a point the list opens, the oldest ones, to find those that are late."""

MAX_ROWS_COUNTED = 300
"""The same for the first page of the day, which only counts them."""


@dataclass(frozen=True, slots=True)
class LateReferral:
    """A referral whose entity is late: what it owes, and the last day on which it should have done it."""

    referral: ListedReferral
    lateness: Lateness
    due_day: date

    @property
    def is_restricted(self) -> bool:
        """Whether its entity and its service stand on no list; nobody knows it of a damaged one."""
        return not isinstance(self.referral, DecryptedReferral) or self.referral.restricted


@dataclass(frozen=True, slots=True)
class LateReferrals:
    """The worst first. ``is_cut``: more referrals are open than the list reads."""

    items: list[LateReferral]
    is_cut: bool


def list_late_referrals(session: Session, now: datetime, max_rows: int = MAX_ROWS_READ) -> LateReferrals:
    """The open referrals of all points that wait for an answer or for an outcome beyond their term.

    What protects a child comes first, then what is urgent, then what has waited longest.
    """
    late_referrals: list[LateReferral] = []
    is_cut = False
    for point in directory_queries.list_points(session):
        for state in OPEN_STATES:
            referrals, more_after = list_oldest_at_point(session, point.code, state, None, max_rows)
            is_cut |= more_after is not None
            late_referrals += filter(None, (_find_late(referral, now) for referral in referrals))
    return LateReferrals(sorted(late_referrals, key=_build_sort_key), is_cut)


def list_tasks(session: Session, actor: Actor) -> Iterator[doctor.Task]:
    """How many referrals wait beyond their term."""
    if not actor.may(ESCALATIONS_PERMISSION):
        return
    late = list_late_referrals(session, clock.now(), MAX_ROWS_COUNTED)
    if late.items:
        sentence = ngettext(
            "%(num)s referral is without an answer or an outcome in time.",
            "%(num)s referrals are without an answer or an outcome in time.",
            len(late.items),
        )
        yield doctor.Task(doctor.LATE, sentence, "late_referrals.list_late")


def _find_late(referral: ListedReferral, now: datetime) -> LateReferral | None:
    lateness, due_day = find_lateness(referral, now), find_due_day(referral)
    # What was not opened in time is the entity's alone until it owes its answer too.
    if due_day is None or lateness not in LATE - {Lateness.TO_OPEN}:
        return None
    return LateReferral(referral, lateness, due_day)


def _build_sort_key(late_referral: LateReferral) -> tuple[bool, bool, date]:
    referral = late_referral.referral
    if not isinstance(referral, DecryptedReferral):
        return True, True, late_referral.due_day
    return not referral.mandatory, not referral.urgent, late_referral.due_day


def queue_supervisor_letters(session: Session, period: str, public_url: str) -> int:
    """Write to everybody who sees the list, once in a period; return how many letters wait.

    A letter says how many are late, and names none.
    """
    readers = list_addressees_with_permission(session, ESCALATIONS_PERMISSION)
    late_count = len(list_late_referrals(session, clock.now()).items) if readers else 0
    count = 0
    for reader in readers:
        with in_language(reader.language):
            body = mail.build_letter(
                reader.name,
                ngettext(
                    "%(num)s referral has had no answer in time. See which one, and call the entity:",
                    "%(num)s referrals have had no answer in time. See which ones, and call the entities:",
                    late_count,
                ),
                f"{public_url}/referrals/late",
            )
            message = mail.Message(reader.email, _("Referrals without an answer in time"), body)
            count += mail.queue_message(session, f"referral-escalation/{period}", message)
    return count
