"""The commands ``attention-point journal …``."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import click
from sqlalchemy import Row

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, read_session, use_database
from attention_point.foundation.database import repeatable_read
from attention_point.foundation.database.migrations import has_pending_migrations
from attention_point.foundation.errors import AppError
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import record
from attention_point.foundation.journal.verification.chain_verification import Fault, VerificationResult, verify_chain
from attention_point.foundation.journal.verification.head_files import read_heads
from attention_point.foundation.journal.verification.triggers import list_faulty_triggers
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _

PROGRESS_BAR_FROM = 10_000
"""With fewer entries the walk ends before a progress bar could be read."""
MAX_FAULTS_SHOWN = 200
"""Further faults are only counted."""
# Message ids by kind of fault (``chain_verification.Fault``).
FAULT_MESSAGES = {
    "altered": N_("entry %(seq)s was altered"),
    "moved": N_("entry %(seq)s is not in its place: it was entry %(other)s"),
    "missing": N_("entry %(seq)s is missing"),
    "gap": N_("all entries from %(seq)s to %(other)s are missing"),
    "cut": N_("the end of the journal does not agree with its head (entry %(seq)s)"),
    "head": N_("the head of the journal is not that of its last entry (entry %(seq)s)"),
    "unkeyed": N_(
        "the entries up to %(seq)s were written without a key, and no entry says where the keyed part begins:"
        " if this version was just installed, run 'attention-point init'; else the journal was replaced"
    ),
    "index": N_("the index by record does not agree with entry %(seq)s"),
    "outside": N_("entry %(seq)s does not match the head kept outside"),
    "beyond": N_("a head kept outside names entry %(seq)s, but the journal ends with entry %(other)s"),
    "unknown": N_("no entry has the hash that was kept outside: %(hash)s"),
}


@click.group("journal")
def journal_commands() -> None:
    """The journal: the audit log of the installation."""


@journal_commands.command("head")
def show_head() -> None:
    """Print the last entry's number and hash."""
    with read_session() as session:
        seq, digest = queries.get_head(session)
    click.echo(f"{seq} {digest}")


@journal_commands.command("verify")
@click.option(
    "--head",
    "files",
    multiple=True,
    type=FILE_TO_READ,
    help="A file of heads kept outside: lines as 'journal head' prints them, or a released month as JSON.",
)
def verify_journal(files: tuple[Path, ...]) -> None:
    """Verify the chain. List every entry that was altered, moved, removed or cut off, and every missing trigger."""
    with use_database() as database, database.read_session() as session:
        if has_pending_migrations(database):
            raise AppError(_("The database is older than the program: run 'attention-point init' first."))
        # Entries are appended during the walk; head, triggers and entries must be of one moment.
        repeatable_read(session)
        own_heads_file: Path | None = session.info.get("journal_heads")
        own_heads = read_heads(own_heads_file) if own_heads_file and own_heads_file.exists() else []
        outside_heads = [head for file in files for head in read_heads(file)]
        triggers = list_faulty_triggers(session)
        total = queries.count_entries(session)

        def with_progress_bar(rows: Iterator[Row[Any]]) -> Iterable[Row[Any]]:
            if total < PROGRESS_BAR_FROM:
                yield from rows
                return
            with click.progressbar(rows, length=total, label=_("Checking the entries"), file=sys.stderr) as bar:
                yield from bar

        verdict = verify_chain(session, [*own_heads, *outside_heads], with_progress_bar)
    _report_faults(verdict.faults, triggers)
    _report_success(verdict, len(outside_heads))


def _report_faults(faults: list[Fault], triggers: list[str]) -> None:
    for name in triggers:
        click.echo(_("the trigger %(name)s is missing, was altered, or should not be there", name=name), err=True)
    for fault in faults[:MAX_FAULTS_SHOWN]:
        click.echo(
            _(FAULT_MESSAGES[fault.kind]) % {"seq": fault.seq, "other": fault.other_seq, "hash": fault.hash},
            err=True,
        )
    if len(faults) > MAX_FAULTS_SHOWN:
        click.echo(_("and %(count)s more", count=len(faults) - MAX_FAULTS_SHOWN), err=True)
    if faults or triggers:
        raise click.exceptions.Exit(1)


def _report_success(verdict: VerificationResult, outside_head_count: int) -> None:
    # The head beside the keyring does not count as kept outside: whoever runs the machine can change both.
    click.echo(_("%(count)s entries, the chain holds", count=verdict.count))
    if verdict.keyed_from and verdict.keyed_from > 1:
        click.echo(
            _(
                "Keyed from entry %(seq)s on. Only a head kept outside can prove the entries before it.",
                seq=verdict.keyed_from,
            )
        )
    if outside_head_count:
        click.echo(
            ngettext(
                "%(num)s head kept outside agrees.",
                "%(num)s heads kept outside agree.",
                outside_head_count,
                num=outside_head_count,
            )
        )
    else:
        click.echo(
            _(
                "No head kept outside was compared, so entries cut from the end together with the head would not be "
                "noticed."
            )
        )


@journal_commands.command("export")
@click.argument("target", type=click.Path(dir_okay=False, allow_dash=True))
def export_journal(target: str) -> None:
    """Write every entry as a line of JSON; '-' writes to the screen."""
    with use_database() as database:
        try:
            with click.open_file(target, "w", encoding="utf-8") as file:
                # The years are written in a reading session: the desk goes on recording meanwhile.
                with database.read_session() as session:
                    written_seq = _write_entries(file, queries.stream_entries(session))
                # The export itself is an entry, and the entry is part of the export.
                with database.write_session() as session:
                    record(session, SYSTEM, "journal.export", "journal")
                    _write_entries(file, queries.stream_entries(session, written_seq))
        except OSError as error:
            if Path(target).is_file():
                Path(target).unlink()  # half an export would pass for a whole one
            reason = os.strerror(error.errno or 0)
            raise AppError(_("%(file)s cannot be written: %(reason)s", file=target, reason=reason)) from None


def _write_entries(file: IO[str], entries: Iterable[Row[Any]]) -> int:
    """Write entries to the disk, and return the number of the last one; 0 without any."""
    last_seq = 0
    for entry in entries:
        file.write(json.dumps(_build_export_row(entry), ensure_ascii=False, default=repr) + "\n")
        last_seq = entry.seq
    file.flush()  # a full disk is told before the entry of the export is committed
    return last_seq


def _build_export_row(entry: Row[Any]) -> dict[str, Any]:
    """Return an entry for the export. A value that somebody has spoilt is exported as it was found."""
    try:
        detail = json.loads(entry.detail)
    except (ValueError, TypeError):
        detail = str(entry.detail)
    at = entry.at.isoformat() if entry.at else None
    digest = entry.hash.hex() if isinstance(entry.hash, bytes) else str(entry.hash)
    return {**entry._asdict(), "at": at, "hash": digest, "detail": detail}
