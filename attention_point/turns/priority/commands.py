"""The commands ``attention-point turns …``."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
import yaml
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.commands import FILE_TO_READ, read_session
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.turns.priority.comparison import ALL, ORDINARY, PREFERENTIAL, PolicyWaits, simulate_waits
from attention_point.turns.priority.past_days import TurnDay, build_example_day, read_day
from attention_point.turns.priority.policies import find_policy
from attention_point.turns.priority.policy_data import list_policy_fields, parse_policy
from attention_point.turns.priority.rules import FIRST_COME_POLICY, Policy

DAY_TYPE = click.DateTime(["%Y-%m-%d"])


@click.group("turns")
def turns_commands() -> None:
    """The turns of the waiting room."""


@turns_commands.command("policy")
@click.option("--point", help="The code of the attention point; without it, the first one.")
@click.option("--day", type=DAY_TYPE, help="The day; without it, today.")
def print_policy(point: str | None, day: datetime | None) -> None:
    """Print the priority of turns that is in force on a day, as a file that 'turns simulate' reads."""
    with read_session() as session:
        policy = find_policy(session, _choose_point(session, point), day.date() if day else clock.today())
    click.echo(yaml.safe_dump(list_policy_fields(policy), sort_keys=False), nl=False)


@turns_commands.command("simulate")
@click.option("--policy", "file", type=FILE_TO_READ, required=True, help="A file as 'turns policy' prints it.")
@click.option("--day", type=DAY_TYPE, help="A past day; without it, an invented day of 200 arrivals and 4 desks.")
@click.option("--point", help="The code of the attention point; without it, the first one.")
@click.option("--desks", type=click.IntRange(1, 50), help="How many desks call; without it, those of that day.")
def simulate_policy(file: Path, day: datetime | None, point: str | None, desks: int | None) -> None:
    """Print who would have waited how long under a policy, against first come, first served."""
    with read_session() as session:
        policy = _load_policy(file)
        chosen_point = _choose_point(session, point)  # a wrong code is told without a day too
        turn_day = _load_day(session, chosen_point, day.date()) if day else build_example_day()
        if desks:
            opening = min(turn_day.desk_starts, default=turn_day.arrivals[0].minute)
            turn_day = turn_day._replace(desk_starts=[opening] * desks)
        if not turn_day.desk_starts:
            raise AppError(_("No desk called a turn on that day. Say with --desks how many there are."))
    first_come, waits = (simulate_waits(turn_day, compared) for compared in (FIRST_COME_POLICY, policy))
    click.echo("\n".join(_describe(turn_day, policy, first_come, waits)))


def _choose_point(session: Session, code: str | None) -> str:
    points = [point.code for point in directory_queries.list_points(session)]
    if not points or code not in (None, *points):
        raise AppError(_("There is no attention point with this code. Points: %(points)s", points=", ".join(points)))
    return code or points[0]


def _load_policy(file: Path) -> Policy:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        # The parser's own words would quote the file's content.
        raise AppError(_("%(file)s cannot be read as YAML text.", file=file.name)) from None
    return parse_policy(content)


def _load_day(session: Session, point: str, day: date) -> TurnDay:
    turn_day = read_day(session, point, day)
    if not turn_day.arrivals:
        raise AppError(_("No turn of %(day)s has ended, or it is longer ago than a year.", day=format_date(day)))
    return turn_day


def _describe(turn_day: TurnDay, policy: Policy, first_come: PolicyWaits, waits: PolicyWaits) -> Iterator[str]:
    day = format_date(turn_day.day) if turn_day.day else _("An invented day")
    counts = {"turns": len(turn_day.arrivals), "desks": len(turn_day.desk_starts)}
    yield _("%(day)s: %(turns)s turns, %(desks)s desks. Waits in minutes:", day=day, **counts)
    heads = (_("turns"), _("median"), _("90 of 100"), _("longest"))
    yield f"{'':44}" + "".join(f"{head:>12}" for head in heads)
    for title, compared in ((_("First come, first served"), first_come), (_("This policy"), waits)):
        # One line a group with its numbers at its end, so that a script can read them too.
        for group, label in ((PREFERENTIAL, _("preferential")), (ORDINARY, _("ordinary")), (ALL, _("all"))):
            summary = compared.summarise(group)
            values = (summary.median, summary.ninetieth, summary.longest)
            texts = (
                str(summary.count),
                *("–" if value is None else format_number(round(value, 1)) for value in values),
            )
            yield f"{f'{title}, {label}':44}" + "".join(f"{text:>12}" for text in texts)
    yield _(
        "Longer than the longest wait of the policy (%(minutes)s minutes): %(count)s turns.",
        minutes=policy.longest_wait_minutes,
        count=waits.past_longest_wait,
    )
    yield _("Longer than the policy allows with these desks: %(count)s turns.", count=waits.past_bound)
