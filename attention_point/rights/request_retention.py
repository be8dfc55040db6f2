"""For how long closed requests are kept: the words of nobody on file, and then the minimal note.

The words about somebody on file stand under that person's key and go with it. The years are those of the retention
rules of the office (``intake/erasure/data/retention.yaml``): its telephones' for words, its notes' for the note.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.intake.erasure import retention
from attention_point.rights.models import RightsRequest
from attention_point.rights.requests import stored_requests
from attention_point.rights.requests.stored_requests import StoredRequest

PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class PastRequests:
    """What is past its time: requests whose words go, and those that go whole."""

    wordy: tuple[StoredRequest, ...]
    over: tuple[StoredRequest, ...]


def list_past_requests(session: Session, day: date) -> PastRequests:
    """The closed requests that are past their time on a day. Nothing is changed."""
    note_rule = retention.find_rule(retention.NOTE, day)
    words_rule = retention.find_rule(retention.CONTACT, day)
    over, wordy = [], []
    for request in _list_closed(session):
        if note_rule and _is_closed_before(request, retention.find_last_kept_day(day, note_rule.years)):
            over.append(request)
        elif (
            words_rule
            and request.person is None
            and request.words is not None
            and _is_closed_before(request, retention.find_last_kept_day(day, words_rule.years))
        ):
            wordy.append(request)
    return PastRequests(tuple(wordy), tuple(over))


def purge_requests(session: Session, actor: Actor, day: date) -> PastRequests:
    """Remove what is past its time on a day, and return it. The journal keeps how much it was."""
    past = list_past_requests(session, day)
    for request in past.wordy:
        stored_requests.forget_words(session, request)
    session.execute(delete(RightsRequest).where(RightsRequest.id.in_([request.id for request in past.over])))
    journal.record(session, actor, "rights.purge", "rights-request", changed=len(past.wordy), removed=len(past.over))
    return past


def _is_closed_before(request: StoredRequest, first_kept_day: date) -> bool:
    # Erased with its person while it was open, a request has the day of its last step alone.
    closed_on = request.note.get("closed_on") or request.note["steps"][-1]["at"][:10]
    return date.fromisoformat(closed_on) < first_kept_day


def _list_closed(session: Session) -> Iterable[StoredRequest]:
    before: UUID | None = None
    while requests := stored_requests.list_closed_requests(session, before, PAGE_SIZE):
        yield from requests
        before = requests[-1].id
