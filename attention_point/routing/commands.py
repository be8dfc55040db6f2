"""``attention-point routing …``."""

from pathlib import Path

import click
import yaml

from attention_point.foundation.commands import FILE_TO_READ, reading
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.routing.cases import Case, CasesError, parse, replay
from attention_point.routing.queries import offers


@click.group("routing")
def routing_commands() -> None:
    """The routing rules."""


@routing_commands.command("check")
@click.argument("file", type=FILE_TO_READ)
def check(file: Path) -> None:
    """Replay a file of cases against the rules and the directory; exit status 1 when one differs."""
    with reading() as session:
        cases = _cases(file)
        failures = replay(cases, lambda: offers(session))
    for failure in failures:
        for difference in failure.differences:
            click.echo(f"{failure.case}: {_(difference.msgid, **difference.params)}", err=True)
    if failures:
        raise click.exceptions.Exit(1)
    click.echo(_("%(count)s cases agree with the rules", count=len(cases)))


def _cases(file: Path) -> tuple[Case, ...]:
    """The file's cases; raises Refusal when it cannot be read or is no list of cases."""
    try:
        return parse(yaml.safe_load(file.read_text(encoding="utf-8")))
    except CasesError as error:
        raise Refusal(_(error.reason.msgid, **error.reason.params)) from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        # The parser's own words would quote the file's content.
        raise Refusal(_("%(file)s cannot be read as YAML text.", file=file.name)) from None
