"""Removes what is past its time, purpose by purpose, and says what was removed.

Nobody is erased by a timer: an archive is reduced by a decision (agreement 4 of 2019 of the national archive), so
somebody calls the command. ``doctor`` says when files are past their time.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.erasers import list_kept_people
from attention_point.foundation.language import N_, in_language, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.intake.erasure import retention
from attention_point.people import queries as people_queries
from attention_point.people import records as people_records
from attention_point.people import services as people_services
from attention_point.people.erasure import proof, services
from attention_point.people.erasure.models import Erasure
from attention_point.people.erasure.proof import ErasureProof

PURPOSE_WORDS = {
    retention.ATTENTION: N_("The person's file"),
    retention.CONTACT: N_("Telephone to call the person"),
    retention.NOTE: N_("Note of an erased file"),
}
_PHONE_FIELDS = frozenset({"phone", "phone_safe"})
_BATCH_SIZE = 100  # people in one transaction: registrations wait for less than a second


@dataclass(frozen=True, slots=True)
class PurgeLine:
    """One purpose: its rule, how many were past their time, and how many of them were removed."""

    rule: retention.RetentionRule
    due: int
    removed: int


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a purge did. ``rows`` counts what was removed with the files, by the names of the erasers."""

    lines: tuple[PurgeLine, ...]
    rows: Counter[str] = field(default_factory=Counter)
    proof: ErasureProof | None = None


def count_due(session: Session, day: date) -> int:
    """How many people's files are past their time."""
    rule = retention.find_rule(retention.ATTENTION, day)
    return len(retention.list_past_people(session, rule, day)) if rule else 0


def preview_purge(database: Database, day: date) -> PurgeReport:
    """What ``purge_past_data`` would remove on a day; nothing is changed."""
    with database.read_session() as session:
        return PurgeReport(tuple(PurgeLine(rule, len(ids), 0) for rule, ids in _list_due(session, day)))


def _list_due(session: Session, day: date) -> Iterator[tuple[retention.RetentionRule, list[UUID]]]:
    finders: dict[str, Callable[[Session, retention.RetentionRule, date], list[UUID]]] = {
        retention.ATTENTION: retention.list_past_people,
        retention.CONTACT: _list_past_phones,
        retention.NOTE: _list_past_notes,
    }
    for purpose, find_ids in finders.items():
        rule = retention.find_rule(purpose, day)
        if rule is not None:
            yield rule, find_ids(session, rule, day)


def _list_past_phones(session: Session, rule: retention.RetentionRule, day: date) -> list[UUID]:
    past_people = retention.list_past_people(session, rule, day)
    with_phone: list[UUID] = []
    for batch in _split_into_batches(past_people):
        opened = people_records.open_people(session, batch)
        with_phone += [person for person, record in opened.items() if record and record.record.keys() & _PHONE_FIELDS]
    return with_phone


def _list_past_notes(session: Session, rule: retention.RetentionRule, day: date) -> list[UUID]:
    before = clock.start_of_day(retention.find_last_kept_day(day, rule.years))
    query = select(Erasure.person_id).where(Erasure.erased_at < before, Erasure.sealed.is_not(None))
    return list(session.scalars(query.order_by(Erasure.person_id)))


def purge_past_data(database: Database, actor: Actor, day: date) -> PurgeReport:
    """Remove what is past its time on a day, and prove it. Others go on working meanwhile."""
    with database.read_session() as session:
        # Listed before anything goes, so that every line says what was past its time when the command began.
        due = dict(_list_due(session, day))
        erased_ids = next((ids for rule, ids in due.items() if rule.purpose == retention.ATTENTION), [])
        traces = proof.collect_traces(session, erased_ids)
    removers = {
        retention.ATTENTION: _erase_files,
        retention.CONTACT: _forget_phones,
        retention.NOTE: _forget_notes,
    }
    rows: Counter[str] = Counter()
    lines = tuple(
        PurgeLine(rule, len(ids), sum(_remove_batches(database, actor, removers[rule.purpose], ids, rows)))
        for rule, ids in due.items()
    )
    return PurgeReport(lines, rows, proof.prove_erasure(database, erased_ids, traces))


Remove = Callable[[Session, Actor, Sequence[UUID], Counter[str]], int]


def _remove_batches(
    database: Database, actor: Actor, remove: Remove, ids: Sequence[UUID], rows: Counter[str]
) -> Iterator[int]:
    for batch in _split_into_batches(ids):
        with database.write_session() as session:
            yield remove(session, actor, batch, rows)


def _erase_files(session: Session, actor: Actor, person_ids: Sequence[UUID], rows: Counter[str]) -> int:
    # Somebody may have asked for something since the list was made.
    kept_people = list_kept_people(session)
    past_ids = [person_id for person_id in person_ids if person_id not in kept_people]
    result = services.erase_people(session, actor, past_ids, "retention")
    rows.update(result.removed)
    return len(result.person_ids)


def _forget_phones(session: Session, actor: Actor, person_ids: Sequence[UUID], _rows: Counter[str]) -> int:
    now = clock.now()
    with in_language("es"):  # the office reads it in the history, whatever terminal calls this
        reason = _("The time for which data are kept is over")
    # Whoever was erased a moment ago, as a file past its time, was on this list too.
    still_there = [row.id for row in people_queries.list_sealed_people(session, person_ids) if row.wrapped_key]
    for person_id in sorted(still_there):
        correction = people_services.PersonCorrection(
            {},
            reason,
            # A correction is known by the digest of its form when it comes again; here there was no form.
            hashlib.sha256(f"retention {person_id} {now.isoformat()}".encode()).hexdigest(),
            actor.journal_label,
            now,
            forgotten_fields=_PHONE_FIELDS,
        )
        person = people_services.lock_and_open_for_correction(session, person_id)
        people_services.correct_person(session, person, correction)
        journal.record(session, actor, "person.correct", "person", person_id, fields=sorted(_PHONE_FIELDS))
    return len(still_there)


def _forget_notes(session: Session, _actor: Actor, person_ids: Sequence[UUID], _rows: Counter[str]) -> int:
    session.execute(update(Erasure).where(Erasure.person_id.in_(person_ids)).values(sealed=None))
    return len(person_ids)


def _split_into_batches(ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (ids[start : start + _BATCH_SIZE] for start in range(0, len(ids), _BATCH_SIZE))


def check_retention(database: Database, _settings: Settings) -> Iterator[str]:
    """Find files that are past their time."""
    with database.read_session() as session:
        due = count_due(session, clock.today())
    if due:
        yield ngettext(
            "The file of %(num)s person is past its time: “attention-point person purge” says which rule ends it.",
            "The files of %(num)s people are past their time: “attention-point person purge” says which rule ends "
            "them.",
            due,
        )


RETENTION_CHECK = Check(N_("Time of keeping"), check_retention, is_advice=True, skips_demo=True)
