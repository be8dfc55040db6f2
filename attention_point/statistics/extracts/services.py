"""Makes an extract for research: checks the request, freezes the rows and logs each handing over. Never commits."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.dates import format_month_code
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.database import new_id
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import AppError, Conflict, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.intake.records.research_records import MEMBER_BYTES, list_consented_visits
from attention_point.statistics.extracts import queries
from attention_point.statistics.extracts.building import build_extract
from attention_point.statistics.extracts.comparison.published_figures import find_published_contents
from attention_point.statistics.extracts.models import Extract, LogEntry
from attention_point.statistics.extracts.requests import ExtractRequest
from attention_point.statistics.extracts.rules import DEFAULT_L, LEAST_PEOPLE, ExtractPeriod

PURPOSE = "research"  # of the consent without which nobody is in an extract


@dataclass(frozen=True, slots=True)
class PreparedExtract:
    """An extract that is ready to be saved: the rows that were frozen for the period, or those that will be."""

    request: ExtractRequest
    extract: Extract


def prepare_extract(session: Session, request: ExtractRequest) -> PreparedExtract:
    """Read and de-identify the rows. This takes long and writes nothing, so that nobody waits for it.

    Raises Conflict for a period that overlaps one already given or was given with other limits, and AppError where too
    few people allowed it, or somebody in the frozen rows has withdrawn since.
    """
    existing = _find_existing(session, request)
    if existing is not None:
        _check_nobody_withdrew(session, existing)
        # It is used after its session has ended, when nothing more can be read of it.
        session.expunge(existing)
        return PreparedExtract(request, existing)
    # Nobody is ever in two extracts: the answers in two classes of one person could be intersected (composition).
    given_members = {member for extract in queries.list_extracts(session) for member in _split_members(extract.members)}
    visits = list_consented_visits(session, PURPOSE, request.period.first, request.period.last)
    people = [visit for visit in visits if visit.member not in given_members]
    # Ten classes at least, or nearly every column could only stand on its coarsest level.
    least_people = max(LEAST_PEOPLE, 10 * request.k)
    if len(people) < least_people:
        message = _(
            "Too few people of this period allowed their data to be used for research: at least %(least)s are needed.",
            least=least_people,
        )
        raise AppError(message, code="too_few")
    # The published figures are what the shares are compared with; without them nobody
    # could say whether the rows mislead.
    contents = find_published_contents(session, request.period)
    return PreparedExtract(request, build_extract(request, people, contents))


def _check_nobody_withdrew(session: Session, extract: Extract) -> None:
    # A revocation ends all later sharing (Ley 1581 de 2012, art. 8). New rows without the person would show who it was,
    # so that the whole period is not given again.
    current_members = {visit.member for visit in list_consented_visits(session, PURPOSE, extract.first, extract.last)}
    if current_members.issuperset(_split_members(extract.members)):
        return
    if list_noted_damage(session):
        raise AppError(
            _(
                "A record of this period cannot be opened, so nobody can tell whether that person has withdrawn. "
                "The extract can be handed over again once the record is restored: “attention-point doctor” names "
                "it."
            ),
            code="damaged",
        )
    raise AppError(
        _(
            "Somebody in the extract of this period has since withdrawn or was erased. It is not handed over again,"
            " and a new one without that person would reveal who it was."
        ),
        code="withdrawn",
    )


def _find_existing(session: Session, request: ExtractRequest) -> Extract | None:
    """Return the extract of a period, if there is one. Raises Conflict for one that could be compared with it."""
    for extract in queries.list_extracts(session):
        period = ExtractPeriod(extract.first, extract.last)
        if period == request.period:
            if (extract.k, extract.l) == (request.k, DEFAULT_L):
                return extract
            message = _(
                "This period was already handed over with k = %(k)s. It can only be handed over again unchanged.",
                k=extract.k,
            )
            raise Conflict(message, code="given")
        if period.overlaps_with(request.period):
            message = _(
                "This period overlaps one already handed over (%(first)s to %(last)s): the two together could "
                "reveal a person.",
                first=format_month_code(period.first),
                last=format_month_code(period.last),
            )
            raise Conflict(message, code="overlap")
    return None


def _split_members(tags: bytes) -> Iterable[bytes]:
    return (tags[start : start + MEMBER_BYTES] for start in range(0, len(tags), MEMBER_BYTES))


def save_extract(session: Session, actor: Actor, prepared: PreparedExtract) -> UUID:
    """Freeze the rows, if they are new, and log to whom they go. Return the id of the log entry. Raises Conflict."""
    # Two clerks may prepare the same period at once: the second finds the rows of the first.
    lock_for_transaction(session, hashlib.sha256(b"extracts").digest())
    request, extract = prepared.request, prepared.extract
    existing = _find_existing(session, request)
    if existing is None:
        session.add(extract)
        session.flush()
    elif existing.content != extract.content:
        raise Conflict(_("Somebody made the extract of this period a moment ago. Try again."), code="given")
    log_entry = _build_log_entry(actor, request, extract)
    session.add(log_entry)
    session.flush()
    # Recipient and agreement stay in the log: the journal holds codes and counts only.
    journal.record(
        session,
        actor,
        "statistics.extract",
        "extract",
        log_entry.id,
        period=request.period.name,
        k=log_entry.k,
        l=log_entry.l,
        rows=log_entry.rows,
        suppressed=log_entry.suppressed,
        sha256=log_entry.sha256,
        again=existing is not None,
    )
    return log_entry.id


def _build_log_entry(actor: Actor, request: ExtractRequest, extract: Extract) -> LogEntry:
    report = json.loads(extract.report)
    return LogEntry(
        id=new_id(),
        made_at=clock.now(),
        made_by=actor.journal_label,
        recipient=request.recipient,
        agreement=request.agreement,
        first=extract.first,
        last=extract.last,
        k=extract.k,
        l=extract.l,
        rows=report["rows"],
        suppressed=report["suppressed"],
        sha256=hashlib.sha256(extract.content).hexdigest(),
        downloaded_at=None,
    )


def get_log_entry(session: Session, entry_id: UUID, *, lock: bool = False) -> LogEntry:
    """Return one handing over. With ``lock`` nobody else changes it until the transaction ends. Raises NotFound."""
    log_entry = session.get(LogEntry, entry_id, with_for_update=lock or None)
    if log_entry is None:
        raise NotFound(_("There is no such extract."))
    return log_entry


def check_download(session: Session, entry_id: UUID) -> None:
    """Check that rows may still leave; writes nothing. Raises NotFound, Conflict, or AppError after a withdrawal."""
    _check_nobody_withdrew(session, queries.get_extract(session, _get_untaken_entry(session, entry_id).first))


def hand_over_extract(session: Session, actor: Actor, entry_id: UUID) -> tuple[LogEntry, Extract]:
    """Return the rows of a log entry, once. Raises NotFound, and Conflict for rows that were taken already."""
    log_entry = _get_untaken_entry(session, entry_id, lock=True)
    # Set before the rows leave and in their transaction: of two requests at once, the second finds them taken.
    log_entry.downloaded_at = clock.now()
    session.flush()
    journal.record(session, actor, "statistics.extract.take", "extract", log_entry.id, sha256=log_entry.sha256)
    return log_entry, queries.get_extract(session, log_entry.first)


def _get_untaken_entry(session: Session, entry_id: UUID, *, lock: bool = False) -> LogEntry:
    log_entry = get_log_entry(session, entry_id, lock=lock)
    if log_entry.downloaded_at is not None:
        raise Conflict(_("This extract was downloaded already. To hand it over again, make it again."), code="taken")
    return log_entry
