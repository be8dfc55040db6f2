"""The commands ``attention-point routing …``."""

from pathlib import Path

import click
import yaml

from attention_point.foundation.commands import FILE_TO_READ, read_session
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.routing.cases import CasesError, RoutingCase, parse_cases, replay_cases
from attention_point.routing.queries import get_offer_index


@click.group("routing")
def routing_commands() -> None:
    """The routing rules."""


@routing_commands.command("check")
@click.argument("file", type=FILE_TO_READ)
def check_cases(file: Path) -> None:
    """Replay a file of cases against the rules and the directory; exit status 1 when one differs."""
    with read_session() as session:
        cases = _load_cases(file)
        failures = replay_cases(cases, lambda: get_offer_index(session))
    for failure in failures:
        for difference in failure.differences:
            click.echo(f"{failure.case_id}: {_(difference.msgid, **difference.params)}", err=True)
    if failures:
        raise click.exceptions.Exit(1)
    click.echo(_("%(count)s cases agree with the rules", count=len(cases)))


def _load_cases(file: Path) -> tuple[RoutingCase, ...]:
    try:
        return parse_cases(yaml.safe_load(file.read_text(encoding="utf-8")))
    except CasesError as error:
        raise AppError(_(error.reason.msgid, **error.reason.params)) from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        # The parser's own words would quote the file's content.
        raise AppError(_("%(file)s cannot be read as YAML text.", file=file.name)) from None
