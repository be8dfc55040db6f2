"""``attention-point journal …``."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Row

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, opened, reading, writing
from attention_point.foundation.database import repeatable_read
from attention_point.foundation.database.migrations import pending
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import record
from attention_point.foundation.journal.heads import read_heads
from attention_point.foundation.journal.triggers import missing_triggers
from attention_point.foundation.journal.verifying import Fault, Verdict
from attention_point.foundation.journal.verifying import verify as walk
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal

LONG = 10_000
"""Entries from which on a progress bar is shown."""
SHOWN = 200
"""Faults that are told one by one."""
SENTENCES = {
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
    "outside": N_("entry %(seq)s is not the one whose head was kept outside"),
    "beyond": N_("a head kept outside names entry %(seq)s, but the journal ends with entry %(other)s"),
    "unknown": N_("no entry has the hash that was kept outside: %(hash)s"),
}


@click.group("journal")
def journal_commands() -> None:
    """The audit chain."""


@journal_commands.command("head")
def show_head() -> None:
    """Print the last entry's number and hash."""
    with reading() as session:
        seq, digest = queries.head(session)
    click.echo(f"{seq} {digest}")


@journal_commands.command("verify")
@click.option(
    "--head",
    "files",
    multiple=True,
    type=FILE_TO_READ,
    help="A file of heads kept outside: lines as 'journal head' prints them, or a released month as JSON.",
)
def verify(files: tuple[Path, ...]) -> None:
    """Walk the chain; name every entry that was altered, moved, removed or cut, and every missing trigger."""
    with opened() as database, database.reading() as session:
        if pending(database):
            raise Refusal(_("The database is older than the program: run 'attention-point init' first."))
        repeatable_read(session)
        kept: Path | None = session.info.get("journal_heads")
        own = read_heads(kept) if kept is not None and kept.exists() else []
        outside = [head for file in files for head in read_heads(file)]
        triggers = missing_triggers(session)
        total = queries.count(session)

        def watched(rows: Iterator[Row[Any]]) -> Iterable[Row[Any]]:
            if total < LONG:
                yield from rows
                return
            with click.progressbar(rows, length=total, label=_("Checking the entries"), file=sys.stderr) as bar:
                yield from bar

        verdict = walk(session, [*own, *outside], watched)
    _complain(verdict.faults, triggers)
    _confirm(verdict, len(outside))


def _complain(faults: list[Fault], triggers: list[str]) -> None:
    for name in triggers:
        click.echo(_("the trigger %(name)s is missing, was altered, or should not be there", name=name), err=True)
    for fault in faults[:SHOWN]:
        click.echo(
            _(SENTENCES[fault.kind]) % {"seq": fault.seq, "other": fault.other, "hash": fault.hash},
            err=True,
        )
    if len(faults) > SHOWN:
        click.echo(_("and %(count)s more", count=len(faults) - SHOWN), err=True)
    if faults or triggers:
        raise click.exceptions.Exit(1)


def _confirm(verdict: Verdict, outside: int) -> None:
    """Say what holds. The head beside the keyring is not kept outside: whoever runs the machine can change both."""
    click.echo(_("%(count)s entries, the chain holds", count=verdict.count))
    if verdict.keyed_from and verdict.keyed_from > 1:
        click.echo(
            _(
                "Keyed from entry %(seq)s on; what was written before it only a head kept outside can prove.",
                seq=verdict.keyed_from,
            )
        )
    if outside:
        click.echo(
            ngettext(
                "%(num)s head kept outside agrees.",
                "%(num)s heads kept outside agree.",
                outside,
                num=outside,
            )
        )
    else:
        click.echo(_("No head kept outside was compared: a cut tail that took the head with it does not show."))


@journal_commands.command("export")
@click.argument("target", type=click.Path(dir_okay=False, allow_dash=True))
def export(target: str) -> None:
    """Write every entry as a line of JSON; '-' writes to the screen."""
    with writing() as session:
        record(session, SYSTEM, "journal.export", "journal")
        try:
            with click.open_file(target, "w", encoding="utf-8") as file:
                for row in queries.entries(session):
                    file.write(json.dumps(_exported(row), ensure_ascii=False, default=repr) + "\n")
        except OSError as error:
            if Path(target).is_file():
                Path(target).unlink()  # a half would look like the whole
            reason = os.strerror(error.errno or 0)
            raise Refusal(_("%(file)s cannot be written: %(reason)s", file=target, reason=reason)) from None


def _exported(row: Row[Any]) -> dict[str, Any]:
    """An entry for the export; what somebody has spoilt stands as it is found."""
    try:
        detail = json.loads(row.detail)
    except (ValueError, TypeError):
        detail = str(row.detail)
    at = row.at.isoformat() if row.at else None
    digest = row.hash.hex() if isinstance(row.hash, bytes) else str(row.hash)
    return {**row._asdict(), "at": at, "hash": digest, "detail": detail}
