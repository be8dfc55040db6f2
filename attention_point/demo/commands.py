"""``attention-point demo …``."""

import sys
from collections.abc import Iterator
from datetime import date, datetime

import click

from attention_point.demo import users
from attention_point.demo.loading import Loaded, load
from attention_point.demo.visits import Draft, invent
from attention_point.foundation import clock
from attention_point.foundation.commands import reading, refusals, writing
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import DEMONSTRATION, from_environment
from attention_point.intake.queries import received_anybody

BATCH = 100  # visits a transaction
EARLIEST = date(2000, 1, 1)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("demo")
def demo_commands() -> None:
    """Invented people, to try the house out."""


@demo_commands.command("load")
@click.option("--people", type=click.IntRange(min=1), default=3600, show_default=True, help="How many people.")
@click.option("--from", "first", type=DAY, default="2017-08-09", show_default=True, help="First day of attention.")
@click.option("--to", "last", type=DAY, default="2017-12-31", show_default=True, help="Last day of attention.")
@click.option("--seed", type=int, default=2017, show_default=True, help="The same seed gives the same people.")
def load_demo(people: int, first: datetime, last: datetime, seed: int) -> None:
    """Load invented people, their visits, referrals and the entities' answers, and users to sign in with.

    What the same options loaded before stays as it is. An installation that has received anybody real is refused; any
    other is marked as a demonstration from now on, on every page and paper.
    """
    drafts = _invented(people, first.date(), last.date(), seed)
    with refusals():
        _mark_as_demonstration()
    _add_users()
    loaded = Loaded()
    with click.progressbar(length=len(drafts), label=_("Attentions"), file=sys.stderr) as bar:
        for batch in _batches(drafts):
            with writing() as session:
                load(session, batch, loaded)
            bar.update(len(batch))
    click.echo(
        _(
            "%(visits)s attentions recorded, %(again)s already there; %(referrals)s referrals, %(answers)s answered.",
            visits=loaded.visits,
            again=loaded.again,
            referrals=loaded.referrals,
            answers=loaded.answers,
        )
    )


def _mark_as_demonstration() -> None:
    with reading() as session:
        if received_anybody(session):
            raise Refusal(_("Real people were received here: invented ones belong in an installation of their own."))
    (from_environment().instance / DEMONSTRATION).touch(mode=0o600)


def _invented(people: int, first: date, last: date, seed: int) -> list[Draft]:
    if last < first:
        raise click.BadParameter(_("The last day is before the first."), param_hint="--to")
    if last > clock.today():
        raise click.BadParameter(_("The last day is still to come."), param_hint="--to")
    if first < EARLIEST:
        raise click.BadParameter(_("The first day is before the year 2000."), param_hint="--from")
    try:
        return invent(people, first, last, seed)
    except ValueError:
        raise click.BadParameter(_("None of these days is a working day."), param_hint="--from") from None


def _batches(drafts: list[Draft]) -> Iterator[list[Draft]]:
    for start in range(0, len(drafts), BATCH):
        yield drafts[start : start + BATCH]


def _add_users() -> None:
    """Add the users that are missing, and print each one's password, once."""
    with reading() as session:
        wanted = users.missing(session)
    invited = users.with_passwords(wanted)
    with writing() as session:
        users.add(session, invited)
    if invited:
        click.echo(_("Users with their one-time passwords, shown only now:"))
    for account, invitation, _hash in invited:
        click.echo(f"{invitation.email}\t{invitation.password}\t{account.name}")
