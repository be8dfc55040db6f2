"""The commands ``attention-point person …``: erasing people, and removing what is past its time."""

from collections.abc import Iterator

import click

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import read_session, use_database
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import format_datetime, format_number
from attention_point.foundation.language import gettext as _
from attention_point.intake.erasure import purge
from attention_point.intake.erasure.person_reference import find_person
from attention_point.people import merging
from attention_point.people.erasure import proof, services
from attention_point.people.erasure.proof import ErasureProof

_MAXIMUM_LISTED = 1_000

_REWRITE = click.option(
    "--rewrite",
    "is_rewritten",
    is_flag=True,
    help="On PostgreSQL, write the table of people anew at once: nobody can register meanwhile.",
)


@click.group("person")
def person_commands() -> None:
    """People on file: erasing them, and for how long their data are kept."""


@person_commands.command("erase")
@click.argument("reference")
@click.option(
    "--ground", required=True, type=click.Choice(sorted(services.GROUNDS)), help="Why: a code of the list of grounds."
)
@click.option("--note", default="", help="On what it stands, the number of the request, say. Kept sealed.")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")
@_REWRITE
def erase_person(reference: str, ground: str, note: str, is_confirmed: bool, is_rewritten: bool) -> None:
    """Erase a person for good. REFERENCE is the person's id, a visit's number or a slip's code. Counts stay."""
    if not is_confirmed:
        click.confirm(_("Erase this person's data for good? Nobody can bring them back."), abort=True, err=True)
    with use_database() as database:
        with database.read_session() as session:
            person = find_person(session, reference)
            traces = proof.collect_traces(session, merging.list_linked(session, person))
        with database.write_session() as session:
            result = services.erase_person(session, SYSTEM, person, ground, note)
        if is_rewritten:
            proof.rewrite_people(database)
        erasure_proof = proof.prove_erasure(database, result.person_ids, traces)
    for name, count in result.removed.items():
        click.echo(f"{_(name)}: {format_number(count)}")
    _echo_proof(database, erasure_proof)


@person_commands.command("erased")
def list_erased() -> None:
    """List who was erased last, each with the day and the ground: the minimal notes of the files."""
    with read_session() as session:
        notes = services.list_notes(session, _MAXIMUM_LISTED)
    for note in notes:
        ground = _(services.GROUNDS[note.ground]) if note.ground else "-"
        click.echo(f"{note.person_id}\t{format_datetime(note.erased_at)}\t{ground}\t{note.note or '-'}")
    if not notes:
        click.echo(_("Nobody was erased."))


@person_commands.command("purge")
@click.option("--remove", "is_real", is_flag=True, help="Remove it. Without this, nothing is changed.")
@_REWRITE
def purge_people(is_real: bool, is_rewritten: bool) -> None:
    """Say what is past its time, purpose by purpose; with --remove, remove it and prove that no key is left."""
    today = clock.today()
    with use_database() as database:
        report = purge.purge_past_data(database, SYSTEM, today) if is_real else purge.preview_purge(database, today)
        if is_real and is_rewritten:
            proof.rewrite_people(database)
    for sentence in _describe_report(report, is_real):
        click.echo(sentence)
    if report.proof is not None:
        _echo_proof(database, report.proof)
    elif not is_real:
        click.echo(_("Nothing was changed. With --remove it is removed for good."))


def _describe_report(report: purge.PurgeReport, is_real: bool) -> Iterator[str]:
    for line in report.lines:
        yield _(
            "%(purpose)s: kept for %(years)s years (%(basis)s%(doubt)s). Past its time: %(due)s. Removed: %(removed)s.",
            purpose=_(purge.PURPOSE_WORDS[line.rule.purpose]),
            years=format_number(line.rule.years),
            basis=line.rule.basis,
            doubt="" if line.rule.verified else _("; not confirmed by the office"),
            due=format_number(line.due),
            removed=format_number(line.removed),
        )
    for name, count in sorted(report.rows.items()) if is_real else ():
        yield f"  {_(name)}: {format_number(count)}"


def _echo_proof(database: Database, erasure_proof: ErasureProof) -> None:
    if not erasure_proof.is_nothing_left:
        raise AppError(
            _(
                "Something is left: %(people)s people can still be read, and %(traces)s keys stand in the files. "
                "Somebody was reading meanwhile, or another program writes to the database: run the command again.",
                people=format_number(erasure_proof.readable_people),
                traces=format_number(erasure_proof.traces),
            )
        )
    click.echo(
        _("No key, record or search tag is left of %(people)s people.", people=format_number(erasure_proof.people))
    )
    if database.is_sqlite:
        click.echo(
            _("Searched in %(count)s bytes of the database's files.", count=format_number(erasure_proof.searched_bytes))
        )
    else:
        click.echo(_("What the server still holds in dead rows and in its log: see docs/operations.md."))
    click.echo(_("Backups hold the data until they are deleted; a restore erases these people again."))
