"""``attention-point journal …``."""

import json
import os
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Row

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import reading, writing
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import record
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal


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
@click.argument("target", type=click.Path(dir_okay=False, allow_dash=True))
def export(target: str) -> None:
    """Write every entry as a line of JSON; ``-`` writes to the screen."""
    with writing() as session:
        record(session, SYSTEM, "journal.export", "journal")
        try:
            with click.open_file(target, "w", encoding="utf-8") as file:
                for row in queries.entries(session):
                    file.write(json.dumps(_told(row), ensure_ascii=False) + "\n")
        except OSError as error:
            if Path(target).is_file():
                Path(target).unlink()  # a half would look like the whole
            reason = os.strerror(error.errno or 0)
            raise Refusal(_("%(file)s cannot be written: %(reason)s", file=target, reason=reason)) from None


def _told(row: Row[Any]) -> dict[str, Any]:
    """An entry for the export; what somebody has spoilt stands as it is found."""
    try:
        detail = json.loads(row.detail)
    except ValueError:
        detail = row.detail
    at = row.at.isoformat() if row.at else None
    return {**row._asdict(), "at": at, "hash": row.hash.hex(), "detail": detail}
