"""Requests as they are stored: the minimal note, the words, and how they are found.

The note is sealed under the keyring and stays when the person is erased; the words are sealed under the person's key,
so that they are gone with it, from older backups too.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Busy, Conflict, NotFound, VaultError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.people import queries as people_queries
from attention_point.rights.models import RightsRequest
from attention_point.rights.terms import Clock, find_clock, is_claim

NOTE_PURPOSE, WORDS_PURPOSE = "rights-request", "rights-request-words"
TAG_FIELD = "rights-request"
OPEN, INCOMPLETE, DECIDED, TRANSFERRED = "open", "incomplete", "decided", "transferred"
WITHDRAWN, LAPSED, ERASED = "withdrawn", "lapsed", "erased"
GRANTED, PARTLY, REFUSED = "granted", "partly", "refused"  # how a request is answered
OPEN_STATES = frozenset({OPEN, INCOMPLETE})
_PADDED_BYTES = 2048  # so that the length of a row tells little of what was asked
MOST_WAITING = 500
_COUNTER_LOCK = b"rights-request-reference"


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request, opened.

    ``note`` is the minimal note. ``words`` is None once the person was erased, and where the words do not open.
    """

    id: UUID
    reference: str
    version: int
    note: Mapping[str, Any] = field(repr=False)
    words: Mapping[str, Any] | None = field(repr=False)

    @property
    def kind(self) -> str:
        """What is asked: a code of ``rights_kinds``."""
        return str(self.note["kind"])

    @property
    def state(self) -> str:
        """A code of ``rights_states``."""
        return str(self.note["state"])

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.state in OPEN_STATES

    @property
    def person(self) -> UUID | None:
        """Whom it is about; None for nobody on file, and for somebody who was erased."""
        return UUID(self.note["person"]) if self.note.get("person") else None

    @property
    def received_on(self) -> date:
        """The day on which it came."""
        return date.fromisoformat(self.note["received_on"])

    @property
    def is_claim(self) -> bool:
        """Whether it has the way of a claim."""
        return is_claim(self.kind)

    @property
    def is_proved(self) -> bool:
        """Whether it was found out that who asks may ask."""
        return bool(self.note["proof"] != "none")

    @property
    def is_silent(self) -> bool:
        """Whether nobody may write or call: the answer is handed over at the point."""
        return bool(self.note["is_silent"])

    @property
    def waits_for_person(self) -> bool:
        """Whether it came by the web, and nobody has found out yet whose record it is about."""
        return self.can_be_joined and self.person is None

    @property
    def can_be_joined(self) -> bool:
        """Whether it came by the web and is joined to no record, or to one whose person has not proved yet who asks."""
        return self.is_open and self.note["channel"] == "web" and not (self.person and self.is_proved)

    @property
    def clock(self) -> Clock:
        """Its last days."""
        days = {name: _read_day(self.note.get(name)) for name in ("asked_on", "completed_on", "extended_to")}
        return find_clock(self.kind, self.received_on, **days)


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def insert_request(session: Session, request_id: UUID, note: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """Store a new request under the next filing number of the year in which it came, and return the number."""
    # Two desks at once must not get one number; there are few requests, so that one lock for all holds nobody up.
    lock_for_transaction(session, _COUNTER_LOCK)
    prefix = f"DP-{note['received_on'][:4]}-"
    last = session.scalar(select(func.max(RightsRequest.reference)).where(RightsRequest.reference.like(f"{prefix}%")))
    reference = f"{prefix}{int(last.rpartition('-')[2]) + 1 if last else 1:05d}"
    vault, person = get_vault(session), note.get("person")
    session.execute(
        insert(RightsRequest).values(
            id=request_id,
            reference=reference,
            is_open=True,
            version=1,
            tag=vault.index_tag(TAG_FIELD, person) if person else None,
            index_version=vault.index_version,
            sealed=_seal_note(session, request_id, note, words, 1),
            sealed_words=_seal_words(session, request_id, note, words, 1),
        )
    )
    return reference


def save_request(
    session: Session, request: StoredRequest, note: Mapping[str, Any], words: Mapping[str, Any] | None
) -> StoredRequest:
    """Store a request after a step; its version grows."""
    version, all_words = request.version + 1, request.words if words is None else words
    values: dict[str, Any] = {
        "is_open": note["state"] in OPEN_STATES,
        "version": version,
        "sealed": _seal_note(session, request.id, note, all_words, version),
    }
    if note.get("person") != request.note.get("person"):  # it was found out whom it is about
        vault = get_vault(session)
        values |= {"tag": vault.index_tag(TAG_FIELD, note["person"]), "index_version": vault.index_version}
    if all_words is not None:  # the version is bound to the words, so that older ones do not open in their place
        values["sealed_words"] = _seal_words(session, request.id, note, all_words, version)
    session.execute(update(RightsRequest).where(RightsRequest.id == request.id).values(**values))
    return StoredRequest(request.id, request.reference, version, note, all_words)


def require_room(session: Session) -> None:
    """Raise Busy while so many requests of nobody on file wait that somebody seems to send them on purpose."""
    is_waiting = (RightsRequest.is_open.is_(True), RightsRequest.tag.is_(None))
    if (session.scalar(select(func.count()).select_from(RightsRequest).where(*is_waiting)) or 0) >= MOST_WAITING:
        raise Busy(_("We cannot take more requests here just now. Ask at the attention point, or try again tomorrow."))


def get_request(session: Session, request_id: UUID) -> StoredRequest:
    """One request. Raises NotFound, and VaultError where its note does not open."""
    # As the database has it now: this session may have read the row before it waited for the lock.
    row = session.get(RightsRequest, request_id, populate_existing=True)
    if row is None:
        raise NotFound(_("There is no such request."))
    return _open_row(session, row)


def lock_request(session: Session, request_id: UUID, version: int) -> StoredRequest:
    """One open request that nobody else changes meanwhile. Raises NotFound, Conflict for another version or its end."""
    lock_for_transaction(session, request_id)
    request = get_request(session, request_id)
    if request.version != version:
        raise Conflict(_("Somebody else changed this request meanwhile. Nothing was saved: look at it again."))
    if not request.is_open:
        raise Conflict(_("This request is closed: nothing more can be done with it."))
    return request


def list_open_requests(session: Session) -> list[StoredRequest]:
    """Every open request, the one that is due first at the head; those that wait for who asked stand last."""
    rows = session.scalars(select(RightsRequest).where(RightsRequest.is_open.is_(True))).all()
    return sorted(_open_rows(session, rows), key=lambda request: (request.clock.due_on or date.max, request.id))


def list_closed_requests(session: Session, before: UUID | None, size: int) -> list[StoredRequest]:
    """Closed requests, the newest first."""
    # By the ids, which grow as requests are filed: the day on which one was closed stands sealed.
    query = select(RightsRequest).where(RightsRequest.is_open.is_(False)).order_by(RightsRequest.id.desc()).limit(size)
    return _open_rows(session, session.scalars(query if before is None else query.where(RightsRequest.id < before)))


def list_requests_of_people(session: Session, people: Sequence[UUID]) -> list[StoredRequest]:
    """The requests about some people, who stand for one person, the newest first.

    A tag that was moved to another row is damage: the note must name the person by whom it was found.
    """
    vault = get_vault(session)
    tags = [tag for person in people for tag in vault.index_tags(TAG_FIELD, person.hex)]
    rows = session.scalars(select(RightsRequest).where(RightsRequest.tag.in_(tags)).order_by(RightsRequest.id.desc()))
    requests = []
    for request in _open_rows(session, rows):
        if request.person in people:
            requests.append(request)
        else:
            note_damage(session, VaultError(NOTE_PURPOSE, request.id))
    return requests


def list_notes_between(session: Session, first: date, last: date) -> list[StoredRequest]:
    """The requests that came on some days, without their words."""
    # By the year in the filing number: a number is given by the year in which a request came.
    prefixes = [f"DP-{year}-" for year in range(first.year, last.year + 1)]
    rows = [
        row
        for prefix in prefixes
        for row in session.scalars(select(RightsRequest).where(RightsRequest.reference.like(f"{prefix}%")))
    ]
    return [request for request in _open_rows(session, rows, with_words=False) if first <= request.received_on <= last]


def erase_requests(session: Session, people: Sequence[UUID]) -> int:
    """Leave of the requests about some people the minimal note alone: nobody's name, and nothing that was said."""
    requests = list_requests_of_people(session, people)
    for request in requests:
        forget_words(session, request)
    return len(requests)


def forget_words(session: Session, request: StoredRequest) -> None:
    """Leave of one request the minimal note; one that is open ends, because its person was erased."""
    # Neither the facts that proved who asked nor how to reach them: only what shows that the law was kept.
    minimal_note = {name: request.note[name] for name in _MINIMAL_NOTE if name in request.note}
    note = {**minimal_note, "state": ERASED if request.is_open else request.state, "person": None}
    version = request.version + 1  # the note that named the person does not open in its place
    sealed = _seal_note(session, request.id, note, None, version)
    values = {"is_open": False, "version": version, "tag": None, "sealed_words": None, "sealed": sealed}
    session.execute(update(RightsRequest).where(RightsRequest.id == request.id).values(**values))


_MINIMAL_NOTE = (
    *("kind", "channel", "received_on", "asker", "proof", "is_silent", "answer_way", "purposes", "outcome", "grounds"),
    *("asked_on", "completed_on", "extended_to", "steps", "closed_on", "done"),
)


def _open_rows(session: Session, rows: Iterable[RightsRequest], *, with_words: bool = True) -> list[StoredRequest]:
    requests = []
    for row in rows:
        try:
            requests.append(_open_row(session, row, with_words=with_words))
        except VaultError as error:
            note_damage(session, error)
    return requests


def read_tagged_person(session: Session, row_id: UUID, sealed: bytes) -> str | None:
    """The hexadecimal id of the person of a sealed note; None for nobody on file. Raises VaultError."""
    person: str | None = json.loads(get_vault(session).open(NOTE_PURPOSE, row_id, sealed)).get("person")
    return person


def _open_row(session: Session, row: RightsRequest, *, with_words: bool = True) -> StoredRequest:
    note = json.loads(get_vault(session).open(NOTE_PURPOSE, row.id, row.sealed))
    if note.pop("version") != row.version:  # an older note of the same row
        raise VaultError(NOTE_PURPOSE, row.id)
    words: Mapping[str, Any] | None = note.pop("words", None)
    if with_words and row.sealed_words is not None:
        words = _open_words(session, row, note)
    return StoredRequest(row.id, row.reference, row.version, note, words)


def _open_words(session: Session, row: RightsRequest, note: Mapping[str, Any]) -> Mapping[str, Any] | None:
    # Of somebody who was erased there is no key any more: an older row that still has words does not open.
    if not note.get("person"):
        return None
    person = UUID(note["person"])
    key = people_queries.open_person_keys(session, [person]).get(person)
    try:
        return key.open(WORDS_PURPOSE, row.id, row.sealed_words or b"", version=row.version) if key else None
    except VaultError as error:
        note_damage(session, error)
        return None


def _seal_note(
    session: Session, request_id: UUID, note: Mapping[str, Any], words: Mapping[str, Any] | None, version: int
) -> bytes:
    # Of nobody on file the words have no key of their own: they stand with the note.
    content = {**note, "version": version} | ({"words": words} if words and not note.get("person") else {})
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    padded = text.ljust(-(-len(text) // _PADDED_BYTES) * _PADDED_BYTES)
    return get_vault(session).seal(NOTE_PURPOSE, request_id, padded)


def _seal_words(
    session: Session, request_id: UUID, note: Mapping[str, Any], words: Mapping[str, Any], version: int
) -> bytes | None:
    if not note.get("person"):
        return None
    person = UUID(note["person"])
    key = people_queries.open_person_keys(session, [person]).get(person)
    if key is None:
        raise VaultError("person-key", person)
    return key.seal(WORDS_PURPOSE, request_id, dict(words), version=version, block_bytes=_PADDED_BYTES)
