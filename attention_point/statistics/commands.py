"""``attention-point statistics …``."""

import os
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_WRITE, opened, reading, writing
from attention_point.foundation.damage import noted_damage
from attention_point.foundation.database import repeatable_read
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext, speaking
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import from_environment
from attention_point.statistics import files, open_data, released
from attention_point.statistics import services as releasing
from attention_point.statistics.documents import first_day_of
from attention_point.statistics.queries import provisional, recount
from attention_point.tallies import queries as tallies
from attention_point.tallies import services
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.rules import CellKey


@click.group("statistics")
def statistics_commands() -> None:
    """The monthly figures."""


@statistics_commands.command("export")
@click.argument("month")
@click.option("--format", "kind", type=click.Choice(list(files.KINDS)), required=True, help="What to write.")
@click.option("--output", type=FILE_TO_WRITE, required=True, help="Where to write it.")
def export(month: str, kind: str, output: Path) -> None:
    """Write the figures of MONTH (YYYY-MM) to a file: as released, or before that provisional and internal."""
    watermark = open_data.watermark(from_environment())
    with writing() as session:
        first_day = first_day_of(month)
        found = released.newest(session, first_day)
        with speaking(open_data.LANGUAGE):  # the same bytes from any terminal
            if found is None:
                written = files.write(kind, provisional(session, first_day), watermark)
            else:
                written = files.of_release(kind, found, watermark)
        number = found.version if found else None
        journal.record(session, SYSTEM, "statistics.export", "month", month, format=kind, version=number)
        _write(output, written)
    click.echo(_("Written: %(file)s", file=output.name))


@statistics_commands.command("release")
@click.argument("month")
@click.option("--note", help="For a correction: what was wrong in the version before.")
@click.option("--despite-damage", is_flag=True, help="Publish although records of the month do not open.")
def release(month: str, note: str | None, despite_damage: bool) -> None:
    """Publish MONTH (YYYY-MM): recounted, protected, audited and frozen. With a note, correct a published month."""
    with writing() as session:
        made = releasing.release(session, SYSTEM, first_day_of(month), note, despite_damage=despite_damage)
        line = _("%(month)s, version %(number)s: %(hash)s", month=month, number=made.version, hash=made.hash)
        seal = _("Keep this outside: %(seq)s %(hash)s", seq=made.journal_seq, hash=made.journal_head)
    click.echo(line)
    click.echo(seal)
    with opened() as database:
        open_data.make_missing(database, from_environment())


@statistics_commands.command("verify")
def verify() -> None:
    """Open and recount every visit and referral, and compare every published month with its files.

    Each count, release and public file that differs is named, and each record that does not open; exit status 1.
    """
    with reading() as session:
        repeatable_read(session)
        faults = released.altered(session)
        differences = tallies.compare(session, _recount(session))
        damages = noted_damage(session)
        faults += [one.sentence for one in damages]
        faults += open_data.altered(session, from_environment())
    faults += [_difference(one) for one in differences]
    if damages and differences:
        faults.append(_("What the records that do not open counted is still counted: a difference may be theirs."))
    for sentence in faults:
        click.echo(sentence, err=True)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(_("The counts agree with the recount."))


def _difference(one: tallies.Difference) -> str:
    day, point, table, cell = one.key
    where = f"{day} {point} {table} {cell}"
    return _("%(where)s: %(kept)s kept, %(counted)s counted", where=where, kept=one.kept, counted=one.counted)


@statistics_commands.command("rebuild")
@click.option("--without-damaged", is_flag=True, help="Lose the counts of records that do not open.")
def rebuild(without_damaged: bool) -> None:
    """Recount everything and keep the result: after an indicator was added. Nobody can record meanwhile."""
    with writing() as session:
        journal.hold(session)
        services.hold(session)
        counted = _recount(session)
        damaged = noted_damage(session)
        if damaged and not without_damaged:
            raise Refusal(
                ngettext(
                    "%(num)s record does not open. A rebuild would lose what it counted, so nothing was changed. "
                    "Restore the record from a backup, or use --without-damaged.",
                    "%(num)s records do not open. A rebuild would lose what they counted, so nothing was changed. "
                    "Restore the records from a backup, or use --without-damaged.",
                    sum(one.purpose in releasing.COUNTED_RECORDS for one in damaged),
                )
            )
        services.rebuild(session, counted)
        journal.record(session, SYSTEM, "statistics.rebuild", "tally", cells=len(counted))
    click.echo(_("%(count)s counts kept.", count=len(counted)))


def _recount(session: Session) -> dict[CellKey, int]:
    length = tallies.size(session)

    def watch(facts: Iterable[VisitFacts | ReferralFacts]) -> Iterable[VisitFacts | ReferralFacts]:
        with click.progressbar(facts, length=length, label=_("Recounting"), update_min_steps=100) as bar:
            yield from bar

    return recount(session, watch)


def _write(output: Path, content: bytes) -> None:
    """Raises Refusal; then nothing is written."""
    try:
        files.write_whole(output, content)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Refusal(_("%(file)s cannot be written: %(reason)s", file=output.name, reason=reason)) from None
