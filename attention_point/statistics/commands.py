"""``attention-point statistics …``."""

import os
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_WRITE, opened, reading, writing
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import speaking
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import from_environment
from attention_point.statistics import files, open_data, released
from attention_point.statistics import services as releasing
from attention_point.statistics.documents import first_day_of
from attention_point.statistics.queries import provisional, recount, steadily
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
def release(month: str, note: str | None) -> None:
    """Publish MONTH (YYYY-MM): recounted, protected, audited and frozen. With a note, correct a published month."""
    with opened() as database:
        with database.writing() as session:
            made = releasing.release(session, SYSTEM, first_day_of(month), note)
            line = _("%(month)s, version %(number)s: %(hash)s", month=month, number=made.version, hash=made.hash)
        click.echo(line)
        open_data.make_missing(database, from_environment())


@statistics_commands.command("verify")
def verify() -> None:
    """Open and recount every visit and referral; name each count and release that differs, exit status 1."""
    with reading() as session:
        steadily(session)
        altered = released.altered(session)
        differences = tallies.compare(session, _recount(session))
    for sentence in altered:
        click.echo(sentence, err=True)
    for one in differences:
        day, point, table, cell = one.key
        where = f"{day} {point} {table} {cell}"
        click.echo(
            _("%(where)s: %(kept)s kept, %(counted)s counted", where=where, kept=one.kept, counted=one.counted),
            err=True,
        )
    if differences or altered:
        raise click.exceptions.Exit(1)
    click.echo(_("The counts agree with the recount."))


@statistics_commands.command("rebuild")
def rebuild() -> None:
    """Recount everything and keep the result: after an indicator was added. Nobody can record meanwhile."""
    with writing() as session:
        journal.hold(session)
        services.hold(session)
        counted = _recount(session)
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
