"""Making an extract for research: what is refused, what is frozen, what the log keeps. Never commits."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.damage import noted_damage
from attention_point.foundation.database import new_id
from attention_point.foundation.database.locks import serialise
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.foundation.refusals import Conflict, FieldError, Invalid, NotFound, Refusal
from attention_point.intake.extracting import MEMBER_BYTES, Allowed, consenting
from attention_point.statistics import extracts_queries as queries
from attention_point.statistics.anonymity import LEAST_K, Protected, Row, Rules, protect
from attention_point.statistics.anonymity_audit import breaches
from attention_point.statistics.extracts_columns import columns, record_of, rules_of
from attention_point.statistics.extracts_models import Extract, ExtractLog
from attention_point.statistics.extracts_rules import (
    LEAST_PEOPLE,
    LONGEST,
    K,
    L,
    Period,
    k_restricted,
    last_day,
    month_of,
)

PURPOSE = "research"
_LOCK = b"extracts"
_chance = secrets.SystemRandom()
REQUIRED = N_("This is required.")
NO_MONTH = N_("Write the year and the month, for example 2017-09.")
TOO_LONG = N_("At most %(max_length)s characters.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, checked."""

    period: Period
    recipient: str
    agreement: str
    k: int = K


def wanted(first: str, last: str, recipient: str | None, agreement: str | None, k: int = K) -> Wanted:
    """Check what was typed; months are written ``2017-09``. Raises Invalid with every complaint."""
    errors = []
    months = {"first": month_of(first), "last": month_of(last)}
    errors += [FieldError(name, _(NO_MONTH)) for name, month in months.items() if month is None]
    begin, end = months["first"], months["last"]
    if begin and end:
        errors += _complaints(Period(begin, last_day(end)))
    names = {"recipient": texts.normalise(recipient or ""), "agreement": texts.normalise(agreement or "")}
    for name, text in names.items():
        if not text:
            errors.append(FieldError(name, _(REQUIRED)))
        elif len(text) > LONGEST:
            errors.append(FieldError(name, _(TOO_LONG, max_length=LONGEST)))
        elif not texts.is_fit(text):
            errors.append(FieldError(name, _(texts.UNFIT)))
    if k < LEAST_K:
        errors.append(FieldError("k", _("At least %(ge)s.", ge=LEAST_K)))
    if errors or not begin or not end:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    return Wanted(Period(begin, last_day(end)), names["recipient"], names["agreement"], k)


def _complaints(period: Period) -> list[FieldError]:
    if period.last >= clock.today():
        return [FieldError("last", _("This month has not ended yet. An extract is made of a period that is over."))]
    if not period.whole:
        return [
            FieldError(
                "first",
                _("An extract covers a whole semester (January to June, July to December) or a whole year, no other."),
            )
        ]
    return []


@dataclass(frozen=True, slots=True)
class Prepared:
    """An extract ready to be kept: the rows of the period as they were frozen, or those that will be."""

    wanted: Wanted
    extract: Extract


def prepare(session: Session, wanted: Wanted) -> Prepared:
    """Read and protect; writes nothing, so that nobody waits for it.

    Raises Conflict for a period that overlaps one already given or was given with other limits, Refusal where too few
    people allowed it or somebody in the frozen rows has withdrawn since.
    """
    known = _known(session, wanted)
    if known is not None:
        _refuse_withdrawn(session, known)
        session.expunge(known)
        return Prepared(wanted, known)
    given = {member for extract in queries.extracts(session) for member in _members(extract.members)}
    allowed = [
        one for one in consenting(session, PURPOSE, wanted.period.first, wanted.period.last) if one.member not in given
    ]
    if len(allowed) < max(LEAST_PEOPLE, 10 * wanted.k):
        raise Refusal(
            _(
                "Too few people of this period allowed their data to be used for research: at least %(least)s are "
                "needed.",
                least=max(LEAST_PEOPLE, 10 * wanted.k),
            ),
            code="too_few",
        )
    return Prepared(wanted, _frozen(wanted, allowed))


def _refuse_withdrawn(session: Session, extract: Extract) -> None:
    """A revocation stops what is shared from then on (Ley 1581 de 2012, art. 8): raises Refusal."""
    now = {one.member for one in consenting(session, PURPOSE, extract.first, extract.last)}
    if now.issuperset(_members(extract.members)):
        return
    if noted_damage(session):
        raise Refusal(
            _(
                "A record of this period does not open, and nobody can tell whether that person has withdrawn. The "
                "extract can be given again once the record is restored: “attention-point doctor” names it."
            ),
            code="damaged",
        )
    raise Refusal(
        _(
            "Somebody in the extract of this period has withdrawn since or was erased. It is not given again, "
            "and a new one without that person would show who it was."
        ),
        code="withdrawn",
    )


def _known(session: Session, wanted: Wanted) -> Extract | None:
    """The period's own extract, if there is one. Raises Conflict for one that could be set against this one."""
    for extract in queries.extracts(session):
        other = Period(extract.first, extract.last)
        if other == wanted.period and (extract.k, extract.l) == (wanted.k, L):
            return extract
        if other == wanted.period:
            raise Conflict(
                _("This period was given with k = %(k)s. It is given again only as it was.", k=extract.k), code="given"
            )
        if other.overlaps(wanted.period):
            raise Conflict(
                _(
                    "This period overlaps one already given (%(first)s to %(last)s): the two together could show a "
                    "person.",
                    first=f"{other.first:%Y-%m}",
                    last=f"{other.last:%Y-%m}",
                ),
                code="overlap",
            )
    return None


def _members(tags: bytes) -> Iterable[bytes]:
    return (tags[place : place + MEMBER_BYTES] for place in range(0, len(tags), MEMBER_BYTES))


def _frozen(wanted: Wanted, allowed: list[Allowed]) -> Extract:
    rules = rules_of(wanted.k, L, k_restricted(wanted.k))
    protected = protect([record_of(one) for one in allowed], rules)
    if breaches(protected.rows, rules):
        raise Refusal(_("The rows could not be protected. Nothing was written."), code="unprotected")
    return Extract(
        first=wanted.period.first,
        last=wanted.period.last,
        k=wanted.k,
        k_restricted=k_restricted(wanted.k),
        l=L,
        content=_csv(protected.rows),
        members=b"".join(sorted(one.member for one in allowed)),
        report=json.dumps(_report(protected, rules)),
        made_at=clock.now(),
    )


def _csv(rows: Iterable[Row]) -> bytes:
    """The file: every value a code, in an order that chance made and nobody kept."""
    shuffled = list(rows)
    _chance.shuffle(shuffled)
    heads = tuple(Column(column.name, column.name) for column in columns())
    return write_csv(Table("extract", "extract", heads, tuple(shuffled)))


def _report(protected: Protected, rules: Rules) -> dict[str, object]:
    return {
        "rows": len(protected.rows),
        "suppressed": protected.suppressed,
        "levels": {
            column.name: dict(zip(column.levels, protected.rungs[column.name], strict=True))
            for column in columns()
            if column.kind == "quasi"
        },
        "withheld": dict(protected.withheld),
        "shares": {column.name: column.share for column in rules.sensitive},
        "loss": round(protected.loss, 3),
    }


def keep(session: Session, actor: Actor, prepared: Prepared) -> UUID:
    """Freeze the rows, if they are new, and log to whom they go; the id of the log's line. Raises Conflict."""
    serialise(session, hashlib.sha256(_LOCK).digest())
    asked, extract = prepared.wanted, prepared.extract
    known = _known(session, asked)
    if known is None:
        session.add(extract)
        session.flush()
    elif known.content != extract.content:
        raise Conflict(_("Somebody made the extract of this period a moment ago. Try again."), code="given")
    report = json.loads(extract.report)
    line = ExtractLog(
        id=new_id(),
        made_at=clock.now(),
        made_by=actor.label,
        recipient=asked.recipient,
        agreement=asked.agreement,
        first=extract.first,
        last=extract.last,
        k=extract.k,
        l=extract.l,
        rows=report["rows"],
        suppressed=report["suppressed"],
        sha256=hashlib.sha256(extract.content).hexdigest(),
        downloaded_at=None,
    )
    session.add(line)
    session.flush()
    journal.record(
        session,
        actor,
        "statistics.extract",
        "extract",
        line.id,
        period=asked.period.name,
        k=line.k,
        l=line.l,
        rows=line.rows,
        suppressed=line.suppressed,
        sha256=line.sha256,
        again=known is not None,
    )
    return line.id


def check(session: Session, log: UUID) -> None:
    """Whether a line's rows may still leave; reads much and writes nothing. Raises NotFound, Conflict, Refusal."""
    _refuse_withdrawn(session, queries.extract(session, _untaken(session, log).first))


def hand_over(session: Session, actor: Actor, log: UUID) -> tuple[ExtractLog, Extract]:
    """The rows of one line of the log, once. Raises NotFound, and Conflict for what was taken already."""
    line = _untaken(session, log, lock=True)
    line.downloaded_at = clock.now()
    session.flush()
    journal.record(session, actor, "statistics.extract.take", "extract", line.id, sha256=line.sha256)
    return line, queries.extract(session, line.first)


def _untaken(session: Session, log: UUID, *, lock: bool = False) -> ExtractLog:
    line = queries.line(session, log, lock=lock)
    if line is None:
        raise NotFound(_("There is no such extract."))
    if line.downloaded_at is not None:
        raise Conflict(_("This extract was taken already. To hand it over again, note it again."), code="taken")
    return line
