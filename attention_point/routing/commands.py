"""The commands ``attention-point routing …``."""

from pathlib import Path

import click

from attention_point.directory.revision import preview_directory
from attention_point.directory.seed.loading import load_yaml_file
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, read_session, write_session
from attention_point.foundation.language import format_date
from attention_point.foundation.language import gettext as _
from attention_point.routing.bench import case_store
from attention_point.routing.bench.cases import replay_cases
from attention_point.routing.bench.comparison import compare_rule_sets
from attention_point.routing.bench.rule_sets import build_rule_set, get_rule_set
from attention_point.routing.bench.wording import Wording


@click.group("routing")
def routing_commands() -> None:
    """The routing rules."""


@routing_commands.command("check")
@click.argument("file", type=FILE_TO_READ)
def check_cases(file: Path) -> None:
    """Replay a file of cases against the rules and the directory; exit status 1 when one differs."""
    with read_session() as session:
        cases = case_store.read_cases(case_store.parse_yaml(_read_file(file), file.name))
        rule_set = get_rule_set(session)
        failures = replay_cases(cases, lambda: rule_set.offers, rule_set)
        wording = Wording(rule_set.directory)
    for failure in failures:
        for difference in failure.differences:
            click.echo(f"{failure.case_id}: {wording.describe_difference(difference)}", err=True)
    unchecked = [case.id for case in cases if case.is_told_unchecked]
    if unchecked:
        codes = ", ".join(unchecked)
        click.echo(_("What must be told too (extra) is not compared for want of words (tell): %(codes)s", codes=codes))
    if failures:
        raise click.exceptions.Exit(1)
    click.echo(_("%(count)s cases agree with the rules", count=len(cases)))


@routing_commands.command("load")
@click.argument("file", type=FILE_TO_READ)
def load_cases(file: Path) -> None:
    """Add and update the cases of the bench from a YAML FILE; what the office changed since stays as it is."""
    with write_session() as session:
        result = case_store.load_cases(session, SYSTEM, case_store.parse_yaml(_read_file(file), file.name))
    counts = {"added": result.added, "changed": result.changed, "unchanged": result.unchanged}
    click.echo(_("%(added)s added, %(changed)s changed, %(unchanged)s as they were.", **counts))
    if result.kept:
        click.echo(_("%(count)s were left as the office changed them.", count=result.kept))


@routing_commands.command("compare")
@click.argument("file", type=FILE_TO_READ)
def compare_directory(file: Path) -> None:
    """Show whose answers a changed directory (YAML FILE) would alter, before it is loaded. Nothing is saved."""
    with write_session() as session:
        directory = preview_directory(session, lambda: load_yaml_file(session, SYSTEM, _read_file(file)))
        cases = [listed_case.case for listed_case in case_store.list_cases(session) if listed_case.case]
        changes = compare_rule_sets(cases, get_rule_set(session), build_rule_set(directory))
    for change in changes:
        state = _("As expected") if change.agrees else _("Answered otherwise")
        click.echo(f"{change.case.id} · {format_date(change.day)} · {change.case.who} · {state}")
        for answer in change.answers:
            click.echo(f"  {answer.service}: {answer.before} → {answer.after}")
    click.echo(
        _("This changes the answer to %(count)s of %(all)s cases", count=len(changes), all=len(cases))
        if changes
        else _("No answer changes")
    )


def _read_file(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(case_store.MAX_FILE_BYTES + 1)  # one byte more tells a file that is too large
