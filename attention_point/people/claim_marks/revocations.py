"""What people took back of what they had allowed, by purpose, since when (Ley 1581 de 2012, art. 8 e).

A visit keeps what was said on its day; a later revocation does not change that. Whoever relies on an earlier yes asks
here too.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.people import merging
from attention_point.people.claim_marks import revocation_list, stored_marks

KIND = "revocation"


def store_revocation(session: Session, request_id: UUID, person: UUID, purposes: Iterable[str], day: date) -> None:
    """Store that a person took back some purposes (``attention``, ``research``, ``referral:*``) on a day.

    It stands outside the database as well once it is committed, beside the keyring.
    """
    content = {"kind": KIND, "purposes": sorted(set(purposes)), "day": day.isoformat()}
    stored_marks.store_mark(session, request_id, person, content)
    revocation_list.append_after_commit(session, request_id, {**content, "person": person.hex})


def list_revocations(session: Session, people: Iterable[UUID]) -> list[tuple[date, str]]:
    """What some people took back, which stand for one person: pairs of day and purpose, the oldest first."""
    # Of joined records each has the mark of the other: it is told once.
    return sorted(
        {
            (date.fromisoformat(content["day"]), purpose)
            for _person, content in stored_marks.find_marks_of_people(session, people, KIND)
            for purpose in content["purposes"]
        }
    )


def map_revocations(session: Session, people: Iterable[UUID]) -> dict[UUID, list[tuple[date, str]]]:
    """What each of some people took back, as pairs of day and purpose; who took nothing back is left out."""
    revocations: dict[UUID, list[tuple[date, str]]] = {}
    for person, content in stored_marks.find_marks_of_people(session, people, KIND):
        day = date.fromisoformat(content["day"])
        revocations.setdefault(person, []).extend((day, purpose) for purpose in content["purposes"])
    return revocations


def is_revoked(revocations: Iterable[tuple[date, str]], purpose: str, day: date) -> bool:
    """Whether a yes of a day was taken back later, or on the same day. Taking back all referrals is taking each."""
    names = {purpose, "referral:*"} if purpose.startswith("referral:") else {purpose}
    return any(name in names and day <= revoked_on for revoked_on, name in revocations)


def list_people_revoking(session: Session, purpose: str) -> Mapping[UUID, date]:
    """Everybody who took back a purpose, by each of their records, with the last day on which they did."""
    days: dict[UUID, date] = {}
    for person, content in stored_marks.list_marked_people(session, KIND):
        if purpose in content["purposes"]:
            days[person] = max(days.get(person, date.min), date.fromisoformat(content["day"]))
    # A visit stands on any record of the person, and whoever reads visits asks by that record.
    linked = merging.map_linked(session, days)
    for records in linked.values():
        last_day = max(days.get(record, date.min) for record in records)
        days |= dict.fromkeys(records, last_day)
    return days
