"""Releases a month: recounted, protected, audited, frozen. Never commits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.damage import noted_damage
from attention_point.foundation.journal import queries as chain
from attention_point.foundation.language import format_date, format_month, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, FieldError, Invalid, Refusal
from attention_point.statistics import correcting, queries, released
from attention_point.statistics.content import (
    Content,
    as_json,
    canonical,
    content_of,
    from_json,
    hash_of,
    year_tables,
)
from attention_point.statistics.disclosure import Place
from attention_point.statistics.models import Release
from attention_point.statistics.protection import Month, protect
from attention_point.tallies import queries as tallies
from attention_point.tallies import services as counting
from attention_point.tallies.rules import BY_ID, INDICATORS, Indicator

if TYPE_CHECKING:
    from attention_point.statistics.audit import Breach

NOTE_LENGTH = 500
COUNTED_RECORDS = frozenset({"visit", "referral"})
LINES = frozenset(one.id for one in INDICATORS if len(one.dimensions) == 1 and not one.overlapping and not one.returns)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A month as it would be released now. ``fingerprint`` tells whether what somebody looked at is still so."""

    content: Content
    fingerprint: str
    correction: bool


def prepare(session: Session, first_day: date) -> Prepared:
    """Protect and audit a month that is over. Raises Refusal with the reason why it cannot be released."""
    today = clock.today()
    if tallies.next_month(first_day) > today:
        over = format_date(tallies.next_month(first_day))
        raise Refusal(
            _("%(month)s is not over. It can be released from %(day)s.", month=format_month(first_day), day=over)
        )
    month = audited(queries.counts(session, first_day))
    content = content_of(session, first_day, month)
    if content.empty:
        raise Refusal(_("Nothing was recorded in %(month)s.", month=format_month(first_day)))
    before = released.newest(session, first_day)
    if before is not None:
        content = correcting.corrected(from_json(released.content(before)), content)
    months = [from_json(released.content(one)) for one in released.of_year(session, first_day)]
    content = replace(content, tables=(*content.tables, *year_tables([*months, content])))
    return Prepared(content, hash_of(as_json(content)), before is not None)


def audited(kept: Mapping[str, Mapping[Place, int]]) -> Month:
    """A month's counts as they withstand the audit: what would tell too much is put together, left out or withheld.

    Raises Refusal for counts that contradict one another.
    """
    # HiGHS and NumPy take a third of a second and 40 MB to load: only who releases a month pays for them.
    from attention_point.statistics.audit import audit  # noqa: PLC0415

    without: set[tuple[str, str]] = set()
    together: set[str] = set()
    while True:
        month = protect(kept, without, together)
        shown = {name: table.counts for name, table in month.tables.items() if table.counts}
        breaches = audit(shown, month.totals, kept)
        if not breaches:
            return month
        lines = {breach.table for breach in breaches if breach.table in LINES} - together
        further = {part for breach in breaches if (part := _further(breach, shown))} - without
        if lines:
            together |= lines
        elif further:
            without |= further
        else:
            raise Refusal(_("The figures of this month contradict one another. Recount them first."))


def _further(breach: "Breach", shown: Mapping[str, Mapping[Place, int | None]]) -> tuple[str, str] | None:
    """What to leave out for a breach: a part of the most detailed table that is made of the same counts, or all of it.

    None for a breach that no table can mend.
    """
    if breach.table not in BY_ID:
        return None
    told = BY_ID[breach.table]
    family = [one for one in INDICATORS if one.id in shown and _same(one, told)]
    if not family:
        return None
    finest = max(family, key=lambda one: len(one.dimensions))
    by_parts = finest.nested or finest.overlapping
    part = breach.place[0] if by_parts and len(finest.dimensions) > 1 else ""
    return finest.id, part if any(place[0] == part for place in shown[finest.id]) else ""


def _same(one: Indicator, told: Indicator) -> bool:
    """Whether a table is made of the counts of which too much was told: of attentions, where those who came again."""
    again = told.returns or (told.id if told.counts == "returns" else None)
    return one.returns == again if again else told.kept == one.kept


def release(
    session: Session,
    actor: Actor,
    first_day: date,
    note: str | None = None,
    fingerprint: str | None = None,
    despite_damage: bool = False,
) -> Release:
    """Freeze a month: version 1, or with a note of what was wrong the next version.

    ``fingerprint``: that of the figures the person has looked at. ``despite_damage``: the person publishes although
    records of the month do not open. Raises Refusal where the month cannot be released, Conflict where the figures have
    changed since, Invalid for a note that is missing, too long or of no use, and for damage without a person's word.
    """
    counting.close(session, first_day)  # others count in other months meanwhile
    before = released.newest(session, first_day)
    note = _note(note, before)
    damaged = confirm_counts(session, first_day, despite_damage=despite_damage)
    prepared = prepare(session, first_day)
    if fingerprint is not None and fingerprint != prepared.fingerprint:
        raise Conflict(_("The figures have changed since you looked at them. Look again before you release them."))
    journal.hold(session)
    seq, head = chain.head(session)
    now = clock.now()
    number = before.version + 1 if before else 1
    content = replace(prepared.content, version=number, released_at=now, journal_head=head, note=note)
    found = as_json(content)
    made = Release(
        month=first_day,
        version=number,
        hash=hash_of(found),
        content=canonical(found),
        journal_seq=seq,
        journal_head=head,
        released_at=now,
        released_by=actor.label,
        note=note,
    )
    session.add(made)
    session.flush()
    passed_over = {"damaged": damaged} if damaged else {}
    journal.record(
        session,
        actor,
        "statistics.release",
        "month",
        f"{first_day:%Y-%m}",
        version=number,
        hash=made.hash,
        **passed_over,
    )
    return made


def _note(note: str | None, before: Release | None) -> str | None:
    note = (note or "").strip() or None
    if before is None:
        if note:
            sentence = _("This month was never released: there is nothing to correct.")
            raise Invalid(sentence, (FieldError("note", sentence),))
        return None
    if note is None:
        sentence = _(
            "%(month)s was released on %(day)s. A correction needs a note of what was wrong.",
            month=format_month(before.month),
            day=format_date(before.released_at),
        )
        raise Invalid(sentence, (FieldError("note", sentence),))
    if len(note) > NOTE_LENGTH:
        sentence = _("At most %(max_length)s characters.", max_length=NOTE_LENGTH)
        raise Invalid(sentence, (FieldError("note", sentence),))
    return note


def confirm_counts(session: Session, first_day: date, *, despite_damage: bool = False) -> int:
    """Recount the month from its sealed visits. Returns how many records do not open and were passed over.

    Raises Refusal where the counts are not what the visits say, Invalid where records do not open. With
    ``despite_damage`` what these counted stands as it was counted: only then may a count exceed the recount, and by no
    more than there are such records.

    An entity may answer between the recount and the reading of the counts: what differs is looked at once more.
    """
    wrong = queries.differences(session, first_day)
    if wrong:
        again = {one.key for one in queries.differences(session, first_day)}
        wrong = [one for one in wrong if one.key in again]
    damaged = sum(one.purpose in COUNTED_RECORDS for one in noted_damage(session))
    if damaged and not despite_damage:
        sentence = ngettext(
            "%(num)s record of %(month)s does not open: what it counted cannot be confirmed. “attention-point doctor” "
            "names it. Restore it from a backup, or confirm that the month is published all the same.",
            "%(num)s records of %(month)s do not open: what they counted cannot be confirmed. “attention-point doctor” "
            "names them. Restore them from a backup, or confirm that the month is published all the same.",
            damaged,
            month=format_month(first_day),
        )
        raise Invalid(sentence, (FieldError("despite_damage", sentence),))
    wrong = [one for one in wrong if not 0 < one.kept - one.counted <= damaged]
    if wrong:
        raise Refusal(
            ngettext(
                "%(num)s count of %(month)s is not what the visits say. See “statistics verify”.",
                "%(num)s counts of %(month)s are not what the visits say. See “statistics verify”.",
                len(wrong),
                month=format_month(first_day),
            ),
            code="unreconciled",
        )
    return damaged
