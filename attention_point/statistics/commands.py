"""The commands ``attention-point statistics …``."""

import os
from pathlib import Path

import click
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_WRITE, read_session, use_database, write_session
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.database import repeatable_read
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language, ngettext
from attention_point.foundation.report_pages import get_watermark
from attention_point.foundation.settings import read_settings
from attention_point.statistics.extracts.commands import write_extract
from attention_point.statistics.month_codes import parse_begun_month
from attention_point.statistics.open_data import files, public_files
from attention_point.statistics.releases import queries, services
from attention_point.statistics.releases.period_counts import CountedFacts, recount_all_visits
from attention_point.statistics.releases.quality import describe_quality
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.rules import CellKey


@click.group("statistics")
def statistics_commands() -> None:
    """The monthly figures."""


statistics_commands.add_command(write_extract)


@statistics_commands.command("export")
@click.argument("month")
@click.option("--format", "kind", type=click.Choice(list(files.FILE_FORMATS)), required=True, help="What to write.")
@click.option("--output", type=FILE_TO_WRITE, required=True, help="Where to write it.")
def export_month(month: str, kind: str, output: Path) -> None:
    """Write the figures of MONTH (YYYY-MM) to a file: as released, or before that provisional and internal."""
    with write_session() as session:
        first_day = parse_begun_month(month)
        release = queries.find_current_release(session, Period("month", first_day))
        with in_language(public_files.LANGUAGE):  # the same bytes from any terminal
            content = files.write_file(session, kind, first_day, release, get_watermark(read_settings()))
        version = release.version if release else None
        # The file is written within the transaction: without an entry in the journal there is no file.
        journal.record(session, SYSTEM, "statistics.export", "month", month, format=kind, version=version)
        try:
            files.write_file_atomically(output, content)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise AppError(_("%(file)s cannot be written: %(reason)s", file=output.name, reason=reason)) from None
    click.echo(_("Written: %(file)s", file=output.name))


@statistics_commands.command("release")
@click.argument("month")
@click.option("--note", help="For a correction: what was wrong in the version before.")
@click.option("--despite-damage", is_flag=True, help="Publish even though records of the month cannot be opened.")
def release_month(month: str, note: str | None, despite_damage: bool) -> None:
    """Publish MONTH (YYYY-MM): recounted, protected, audited and frozen. With a note, correct a published month."""
    with write_session() as session:
        first_day = parse_begun_month(month)
        release = services.release_period(
            session, SYSTEM, Period("month", first_day), note, despite_damage=despite_damage
        )
        lines = (
            _("%(month)s, version %(number)s: %(hash)s", month=month, number=release.version, hash=release.hash),
            _("Keep this outside the system: %(seq)s %(hash)s", seq=release.journal_seq, hash=release.journal_head),
        )
        quality = queries.load_content(release).quality
    # Nothing is said before the transaction is committed.
    click.echo("\n".join((*lines, *describe_quality(quality))))
    with use_database() as database:
        public_files.make_missing_files(database, read_settings())


@statistics_commands.command("verify")
def verify_counts() -> None:
    """Open and recount every visit and referral, and compare every published month with its files.

    Each count, release and public file that differs is named, and each record that does not open; exit status 1.
    """
    with read_session() as session:
        # All reads see one moment, or a visit recorded meanwhile would look like a wrong count.
        repeatable_read(session)
        faults = queries.list_altered_releases(session)
        differences = tally_queries.list_differences(session, _recount_with_progress(session))
        damages = list_noted_damage(session)
        faults += [damage.description for damage in damages]
        faults += public_files.list_altered_files(session, read_settings())
    faults += [_describe_difference(difference) for difference in differences]
    if damages and differences:
        faults.append(_("Records that cannot be opened are still counted, and may explain a difference."))
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(_("The counts agree with the recount."))


def _describe_difference(difference: tally_queries.TallyDifference) -> str:
    return _(
        "%(where)s: %(kept)s stored, %(counted)s counted",
        where=" ".join(map(str, difference.key)),
        kept=difference.stored_count,
        counted=difference.recounted,
    )


@statistics_commands.command("rebuild")
@click.option("--without-damaged", is_flag=True, help="Drop the counts of records that cannot be opened.")
def rebuild_counts(without_damaged: bool) -> None:
    """Recount everything and store the result, after an indicator was added. Nobody can record visits meanwhile."""
    with write_session() as session:
        # The journal first: other writers append to it before they count, and two orders would block each other.
        journal.lock_head(session)
        tally_services.lock_tallies(session)
        cells = _recount_with_progress(session)
        damages = list_noted_damage(session)
        if damages and not without_damaged:
            raise AppError(
                ngettext(
                    "%(num)s record cannot be opened. A rebuild would lose its counts, so nothing was changed. "
                    "Restore the record from a backup, or use --without-damaged.",
                    "%(num)s records cannot be opened. A rebuild would lose their counts, so nothing was changed. "
                    "Restore the records from a backup, or use --without-damaged.",
                    sum(damage.purpose in services.COUNTED_RECORDS for damage in damages),
                )
            )
        tally_services.rebuild_tallies(session, cells)
        journal.record(session, SYSTEM, "statistics.rebuild", "tally", cells=len(cells))
    click.echo(_("%(count)s counts stored.", count=len(cells)))


def _recount_with_progress(session: Session) -> dict[CellKey, int]:
    record_count = tally_queries.estimate_recount_size(session)

    def watch_progress(facts: CountedFacts) -> CountedFacts:
        with click.progressbar(facts, length=record_count, label=_("Recounting"), update_min_steps=100) as progress_bar:
            yield from progress_bar

    return recount_all_visits(session, watch_progress)
