"""Why somebody who sees what is confidential opens a file: a stated reason, for two hours, told to a second person.

Every file is asked for alike, whatever is in it. If only confidential files were asked for, a stolen database would
tell by the rows of this table, and by their times, which people are victims (decision 68). Who may not see what is
confidential needs no grant: for them nothing confidential is there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import AppError, FieldError, Invalid, NotFound, VaultError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import UNVERSIONED, PersonKey
from attention_point.people import merging, queries
from attention_point.people.models import AccessGrant

CONFIDENTIAL_PERMISSION = "restricted.view"
HISTORY_PERMISSION = "journal.person"
GRANT_LENGTH = timedelta(hours=2)
"""Long enough for a correction with a telephone call, and over before the shift ends."""
OTHER_REASON = "other"
MAX_WORDS = 200  # characters of words of one's own
_SEALED_BYTES = 1024  # more than the longest words take, whose letters have up to four bytes
_SEALING_PURPOSE = "access-grant"


class ReasonRequired(AppError):
    """The actor has not said why the file of ``person`` is opened. The web layer asks, and leads back."""

    status = 403
    code = "reason_required"

    def __init__(self, person: UUID) -> None:
        super().__init__(_("Say first why you open this file. Then go back and send your form again."))
        self.person = person


@dataclass(frozen=True, slots=True)
class StatedReason:
    """A grant with its reason in clear; ``reason`` is empty where it does not open or its person was erased."""

    person: UUID
    actor: str
    opened_at: datetime
    reason: str
    words: str


def needs_grant(actor: Actor) -> bool:
    """Whether an actor opens files only for a stated reason: who sees what is confidential, or who saw whom."""
    # Jobs and commands hold every permission, and nobody sits there who could be asked.
    return actor.kind == "account" and (actor.may(CONFIDENTIAL_PERMISSION) or actor.may(HISTORY_PERMISSION))


def require_grant(session: Session, actor: Actor, person: UUID) -> None:
    """Raise ReasonRequired unless the actor needs no reason, or has stated one for this person that still holds."""
    if needs_grant(actor) and person not in _list_granted_people(session, actor):
        raise ReasonRequired(person)


def require_grant_for_history(session: Session, actor: Actor, person: UUID) -> None:
    """Raise ReasonRequired as ``require_grant`` does, but of somebody who was erased.

    No key is left there under which a reason could stand, and who saw them must still be found out.
    """
    row = queries.find_sealed_person(session, person)
    if row is not None and row.wrapped_key is not None:
        require_grant(session, actor, person)


def build_confidential_filter(session: Session, actor: Actor) -> Callable[[UUID], bool]:
    """Return the test whether this actor may see now what is confidential of a person."""
    if not actor.may(CONFIDENTIAL_PERMISSION):
        return lambda person: False
    if not needs_grant(actor):  # the program itself
        return lambda person: True
    granted_people = _list_granted_people(session, actor)
    return lambda person: person in granted_people


def may_see_confidential(session: Session, actor: Actor, person: UUID) -> bool:
    """Whether this actor may see now what is confidential of one person."""
    return build_confidential_filter(session, actor)(person)


def _list_granted_people(session: Session, actor: Actor) -> frozenset[UUID]:
    # A row from the future was written by a wrong clock, and grants nothing.
    now = clock.now()
    query = select(AccessGrant.person_id).where(
        AccessGrant.actor == actor.journal_label,
        AccessGrant.opened_at <= now,
        AccessGrant.opened_at > now - GRANT_LENGTH,
    )
    granted_people = frozenset(session.scalars(query))
    # A file is all records of one person.
    linked = merging.map_linked(session, granted_people) if granted_people else {}
    return granted_people.union(*linked.values())


def open_file(session: Session, actor: Actor, person: UUID, reason: str, words: str = "") -> None:
    """Keep why the actor opens a person's file, for ``GRANT_LENGTH`` from now.

    ``reason`` is a code of ``opening_reasons``; ``words`` says it where the code is ``other``. Raises NotFound for
    nobody on file, Invalid, and VaultError where the person's key is damaged.
    """
    keys = queries.open_person_keys(session, [person])
    if person not in keys:
        raise NotFound(_("There is no such person."))
    key = keys[person]
    if key is None:
        raise VaultError(_SEALING_PURPOSE, person)
    # Words beside a usual reason were typed before another button was pressed.
    words = " ".join(words.split()) if reason == OTHER_REASON else ""
    _check_reason(reason, words)
    grant_id, now = new_id(), clock.now()
    record = {"reason": reason, "words": words}
    grant = AccessGrant(
        id=grant_id,
        person_id=person,
        actor=actor.journal_label,
        opened_at=now,
        # A grant is written once and never changed, so that its row has no version. It is of one length, which does not
        # tell who wrote words of her own.
        sealed=key.seal(_SEALING_PURPOSE, grant_id, record, version=UNVERSIONED, block_bytes=_SEALED_BYTES),
    )
    session.add(grant)
    session.flush()  # rows before the head of the journal: everybody locks in that order
    # Without the reason: codes in clear would say who was opened as a victim's file is.
    journal.record(session, actor, "person.open", "person", person)


def _check_reason(reason: str, words: str) -> None:
    if not get_code_list("opening_reasons").has_code(reason):
        message = _("Choose why you open this file.")
    elif reason == OTHER_REASON and not words:
        message = _("Write the reason in a few words.")
    elif len(words) > MAX_WORDS:
        message = _("At most %(max_length)s characters.", max_length=MAX_WORDS)
    elif not texts.is_fit_text(words):
        message = _("Write the reason with letters and digits.")
    else:
        return
    raise Invalid(message, (FieldError("words" if reason == OTHER_REASON else "reason", message),))


def list_moments(session: Session, since: datetime) -> list[tuple[str, datetime]]:
    """Who opened files since a moment, and when, without the reasons."""
    query = select(AccessGrant.actor, AccessGrant.opened_at).where(AccessGrant.opened_at >= since)
    return [(row.actor, row.opened_at) for row in session.execute(query)]


def list_grants(session: Session, since: datetime, size: int, person: UUID | None = None) -> list[StatedReason]:
    """The newest grants since a moment, at most ``size``; with ``person``, those of one person."""
    query = select(AccessGrant).where(AccessGrant.opened_at >= since).order_by(AccessGrant.opened_at.desc())
    if person is not None:
        query = query.where(AccessGrant.person_id == person)
    grants = list(session.scalars(query.limit(size)))
    keys = queries.open_person_keys(session, {grant.person_id for grant in grants})
    return [_build_stated_reason(session, grant, keys) for grant in grants]


def _build_stated_reason(session: Session, grant: AccessGrant, keys: Mapping[UUID, PersonKey | None]) -> StatedReason:
    record = None
    if grant.person_id in keys:  # the erased have no key
        key = keys[grant.person_id]
        record = queries.open_record_or_note(session, key, _SEALING_PURPOSE, grant.id, grant.sealed, UNVERSIONED)
    record = record or {"reason": "", "words": ""}
    return StatedReason(
        grant.person_id, grant.actor, grant.opened_at, record["reason"].strip(), record["words"].strip()
    )


def delete_grants(session: Session, people: Iterable[UUID]) -> int:
    """Delete why files of people were opened, because these people are erased. Returns the number of rows."""
    # The journal keeps who opened them, and when.
    deleted = session.execute(delete(AccessGrant).where(AccessGrant.person_id.in_(list(people))))
    return int(getattr(deleted, "rowcount", 0))
