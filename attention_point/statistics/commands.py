"""The commands ``attention-point statistics …``."""

import os
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.commands import FILE_TO_WRITE, read_session, use_database, write_session
from attention_point.foundation.damage_notes import DamagedValue, list_noted_damage
from attention_point.foundation.database import repeatable_read
from attention_point.foundation.errors import AppError, Busy
from attention_point.foundation.jobs.single_run_lock import single_run_lock
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language, ngettext
from attention_point.foundation.report_pages import get_watermark
from attention_point.foundation.settings import read_settings
from attention_point.statistics.extracts.commands import write_extract
from attention_point.statistics.month_codes import parse_begun_month, parse_begun_period
from attention_point.statistics.open_data import files, public_files
from attention_point.statistics.open_data.series import list_series_versions, write_series
from attention_point.statistics.operational_reports import services as operational_reports
from attention_point.statistics.operational_reports.activities import read_plan
from attention_point.statistics.operational_reports.services import REASONS
from attention_point.statistics.operational_reports.workbook import write_workbook
from attention_point.statistics.releases import approvals, examination, queries, services
from attention_point.statistics.releases.content import describe_quality
from attention_point.statistics.releases.period_counts import CountedFacts, recount_all_visits
from attention_point.tallies import folding
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey


@click.group("statistics")
def statistics_commands() -> None:
    """The monthly figures."""


statistics_commands.add_command(write_extract)


@statistics_commands.command("export")
@click.argument("month")
@click.option("--format", "kind", type=click.Choice([*files.FILE_FORMATS, "r4v"]), required=True, help="What to write.")
@click.option("--output", type=FILE_TO_WRITE, required=True, help="Where to write it.")
@click.option("--organisation", help="For r4v: the code of the organisation that reports to the platform.")
@click.option(
    "--reason",
    type=click.Choice([code.code for code in get_code_list(REASONS)]),
    default="monthly_report",
    show_default=True,
    help="For r4v: what the report is for.",
)
def export_month(month: str, kind: str, output: Path, organisation: str | None, reason: str) -> None:
    """Write the figures of MONTH (YYYY-MM) to a file: as released, or before that provisional and internal.

    With r4v: the monthly 5W report to the R4V platform, with exact figures. It is not public.
    """
    if kind == "r4v":
        _export_operational_report(month, output, organisation, reason)
        return
    with write_session() as session:
        period = parse_begun_period(month)
        release = queries.find_current_release(session, period)
        with in_language(public_files.LANGUAGE):  # the same bytes from any terminal
            content = files.write_file(session, kind, period, release, get_watermark(read_settings()))
        version = release.version if release else None
        # The file is written within the transaction: without an entry in the journal there is no file.
        journal.record(session, SYSTEM, "statistics.export", "month", month, format=kind, version=version)
        _write_output(output, content)
    click.echo(_("Written: %(file)s", file=output.name))


def _export_operational_report(month: str, output: Path, organisation_code: str | None, reason: str) -> None:
    settings = read_settings()
    with read_session() as session:
        first_day, plan = parse_begun_month(month), read_plan(settings)
        organisation = operational_reports.choose_organisation(plan, first_day, organisation_code)
        report = operational_reports.build_report(session, plan, first_day, organisation)
        content = write_workbook(session, plan, report, get_watermark(settings))
    with write_session() as session:
        operational_reports.record_export(session, SYSTEM, report, reason)
        _write_output(output, content)
    click.echo(_("Written: %(file)s", file=output.name))
    # The notes count a few people exactly: they stay in the file, out of what a terminal keeps.
    click.echo(_("Read the notes on its second sheet before you send it."))


def _write_output(output: Path, content: bytes) -> None:
    try:
        files.write_file_atomically(output, content)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AppError(_("%(file)s cannot be written: %(reason)s", file=output.name, reason=reason)) from None


@statistics_commands.command("series")
@click.option("--output", type=FILE_TO_WRITE, required=True, help="Where to write it.")
def export_series(output: Path) -> None:
    """Write the published figures of all months to one CSV file: a line for each figure, with words beside codes."""
    with read_session() as session, in_language(public_files.LANGUAGE):
        if not list_series_versions(session):
            raise AppError(_("No month has been published yet."))
        _write_output(output, write_series(session, get_watermark(read_settings())))
    click.echo(_("Written: %(file)s", file=output.name))


@statistics_commands.command("release")
@click.argument("period")
@click.option("--note", help="For a correction: what was wrong in the version before.")
@click.option("--reader-note", help="A word to the readers, on the first page.")
@click.option("--despite-damage", is_flag=True, help="Publish even though records of the month cannot be opened.")
def release_figures(period: str, note: str | None, reader_note: str | None, despite_damage: bool) -> None:
    """Publish PERIOD (2017-09): recounted, protected, audited and frozen. With a note, correct what was published.

    With its last month, a quarter and a year are published too. PERIOD may also be one of them: 2017-Q3 or 2017.
    """
    with read_session() as session:
        approvals.require_one_person(read_settings())
        begun_period = parse_begun_period(period)
        # Before the long part: who forgot the note of a correction need not wait for it.
        services.check_notes(session, begun_period, note, reader_note)
        examined = examination.examine_period(session, begun_period, despite_damage=despite_damage)
    with write_session() as session:
        release = services.release_period(
            session,
            SYSTEM,
            begun_period,
            note,
            despite_damage=despite_damage,
            reader_note=reader_note,
            examined=examined,
        )
        lines = (
            _("%(month)s, version %(number)s: %(hash)s", month=period, number=release.version, hash=release.hash),
            _("Keep this outside the system: %(seq)s %(hash)s", seq=release.journal_seq, hash=release.journal_head),
        )
        quality = queries.load_content(release).quality
    # Nothing is said before the transaction is committed.
    click.echo("\n".join((*lines, *describe_quality(quality))))
    with use_database() as database:
        if begun_period.kind == "month":
            services.release_longer_periods(database, SYSTEM, begun_period, note)
        try:
            public_files.make_missing_files(database, read_settings())
        except AppError as error:
            # What is published stays published: only its files are late.
            click.echo(f"{error.message}\n{_('It is published. The next “jobs run” makes its files.')}", err=True)


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
        is_recount_due = tally_queries.is_recount_due(session)
        are_monitor_counts_due = tally_queries.are_monitor_counts_due(session)
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
    if is_recount_due:
        click.echo(_("People of quarters and years are not counted yet: “statistics rebuild” counts them."))
    if are_monitor_counts_due:
        click.echo(_("Some figures of the monitor are not counted yet: “statistics rebuild” counts them."))


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
    """Recount everything and store the result, after an indicator was added. The desk goes on recording meanwhile."""
    with use_database() as database, single_run_lock(database, folding.LOCK_NAME) as acquired:
        if not acquired:
            raise Busy(_("Another process is adding up the counts. Try again in a moment."))
        # Recounted in a reading session: what is recorded meanwhile waits as pending rows, which are added afterwards.
        with read_session() as session:
            repeatable_read(session)
            recounted_rows = tally_services.list_pending_ids(session)
            cells = _recount_with_progress(session)
            _refuse_damage(list_noted_damage(session), is_allowed=without_damaged)
        with database.write_session() as session:
            tally_services.rebuild_tallies(session, cells, recounted_rows)
            journal.record(session, SYSTEM, "statistics.rebuild", "tally", cells=len(cells))
    click.echo(_("%(count)s counts stored.", count=len(cells)))


def _refuse_damage(damages: Sequence[DamagedValue], *, is_allowed: bool) -> None:
    # Counts that do not open are no reason to refuse: the rebuild replaces them.
    damaged_count = sum(damage.purpose in examination.COUNTED_RECORDS for damage in damages)
    if damaged_count and not is_allowed:
        raise AppError(
            ngettext(
                "%(num)s record cannot be opened. A rebuild would lose its counts, so nothing was changed. "
                "Restore the record from a backup, or use --without-damaged.",
                "%(num)s records cannot be opened. A rebuild would lose their counts, so nothing was changed. "
                "Restore the records from a backup, or use --without-damaged.",
                damaged_count,
            )
        )


def _recount_with_progress(session: Session) -> dict[CellKey, int]:
    record_count = tally_queries.estimate_recount_size(session)

    def watch_progress(facts: CountedFacts) -> CountedFacts:
        with click.progressbar(facts, length=record_count, label=_("Recounting"), update_min_steps=100) as progress_bar:
            yield from progress_bar

    return recount_all_visits(session, watch_progress)
