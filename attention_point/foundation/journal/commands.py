"""``attention-point journal …``."""

import json
from typing import TextIO

import click

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import reading, writing
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import record
from attention_point.foundation.language import gettext as _


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
def verify() -> None:
    """Walk the chain; name every entry that was altered, removed or cut."""
    with reading() as session:
        count, faults = queries.verify(session)
    sentences = {
        "altered": _("entry %(seq)s was altered"),
        "missing": _("entry %(seq)s is missing"),
        "cut": _("the end of the journal does not agree with its head (entry %(seq)s)"),
    }
    for fault in faults:
        click.echo(sentences[fault.kind] % {"seq": fault.seq}, err=True)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(_("%(count)s entries, the chain holds", count=count))


@journal_commands.command("export")
@click.argument("target", type=click.File("w", encoding="utf-8"))
def export(target: TextIO) -> None:
    """Write every entry as a line of JSON."""
    with writing() as session:
        record(session, SYSTEM, "journal.export", "journal")
        for row in queries.entries(session):
            values = {**row._asdict(), "at": row.at.isoformat(), "hash": row.hash.hex()}
            target.write(json.dumps({**values, "detail": json.loads(row.detail)}, ensure_ascii=False) + "\n")
