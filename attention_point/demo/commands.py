"""``attention-point demo …``."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import click

from attention_point.demo import users
from attention_point.demo.files import read_data
from attention_point.demo.loading import Loaded, steps_of
from attention_point.demo.marker import read_marker, update_marker
from attention_point.demo.months import month_steps
from attention_point.demo.office import holds_own_records, office_steps
from attention_point.demo.staff import staff_of
from attention_point.demo.timeline import Step, Timeline
from attention_point.demo.visits import Draft, invent
from attention_point.foundation import clock
from attention_point.foundation.commands import opened, reading, refusals, writing
from attention_point.foundation.language import format_date, format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import from_environment
from attention_point.foundation.workdays import working_days
from attention_point.intake.queries import received_anybody

EARLIEST = date(2000, 1, 1)
SEED = 2017
MONTHS = 6  # that are over, before the one of today
DAY = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True, slots=True)
class Plan:
    """What is loaded: so many people from a day until a moment. ``whole``: with months and registers."""

    people: int
    first: date
    until: datetime
    seed: int
    whole: bool

    def drafts(self) -> list[Draft]:
        """The visits. Raises BadParameter where none of the days is a working day."""
        last = clock.local_day(self.until)
        until = clock.local(self.until) if last == clock.today() or self.whole else None
        try:
            return invent(self.people, self.first, last, self.seed, until)
        except ValueError:
            raise click.BadParameter(_("None of these days is a working day."), param_hint="--from") from None

    def as_marker(self) -> dict[str, Any]:
        """The plan as the marker holds it, so that a load that was stopped goes on with the same people."""
        return {
            "people": self.people,
            "from": self.first.isoformat(),
            "until": self.until.isoformat(),
            "seed": self.seed,
        }


@click.group("demo")
def demo_commands() -> None:
    """Invented people, to try the house out."""


@demo_commands.command("load")
@click.option("--people", type=click.IntRange(min=1), help="How many people; 36 a working day unless you say so.")
@click.option("--from", "first", type=DAY, help="First day of attention; with it or --to, only people are loaded.")
@click.option("--to", "last", type=DAY, help="Last day of attention; today unless you say so.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="The same seed gives the same people.")
def load_demo(people: int | None, first: datetime | None, last: datetime | None, seed: int) -> None:
    """Load a demonstration: six months of invented people up to now, months released, the registers filled.

    With --from or --to, only people, their visits, referrals and the entities' answers. Both with users to sign in
    with. What the same options loaded before stays as it is; a load that was stopped goes on where it was. An
    installation that has received anybody real is refused; any other is marked as a demonstration from now on, on every
    page and paper.
    """
    if first or last:
        plan = _dated_plan(people, first.date() if first else None, last.date() if last else None, seed)
        drafts = plan.drafts()
        with refusals():
            _refuse_real_people()
    else:
        with refusals():
            _refuse_real_people()
            whole_plan = _whole_plan(people, seed)
        if whole_plan is None:
            return
        plan = whole_plan
        drafts = plan.drafts()
    with refusals():
        update_marker(
            from_environment().instance, **({"whole": plan.as_marker(), "finished": False} if plan.whole else {})
        )
        _add_users()
        _load(plan, drafts)


def _refuse_real_people() -> None:
    with reading() as session:
        if received_anybody(session):
            raise Refusal(_("Real people were received here: invented ones belong in an installation of their own."))


def _dated_plan(people: int | None, first: date | None, last: date | None, seed: int) -> Plan:
    """The plan of somebody who named days. Raises BadParameter."""
    today = clock.today()
    last = last or today
    first = first or _months_before(last)
    if last < first:
        raise click.BadParameter(_("The last day is before the first."), param_hint="--to")
    if last > today:
        raise click.BadParameter(_("The last day is still to come."), param_hint="--to")
    if first < EARLIEST:
        raise click.BadParameter(_("The first day is before the year 2000."), param_hint="--from")
    until = clock.now() if last == today else datetime.combine(last, time(23, 59), clock.ZONE)
    return Plan(people or _usual_number(first, last), first, until, seed, whole=False)


def _whole_plan(people: int | None, seed: int) -> Plan | None:
    """The plan of the whole demonstration: one begun before goes on; None, told in a sentence, where it is finished.

    Raises Refusal where the instance holds a demonstration of another kind.
    """
    marker = read_marker(from_environment().instance)
    begun = (marker or {}).get("whole")
    if begun:
        plan = Plan(
            begun["people"],
            date.fromisoformat(begun["from"]),
            datetime.fromisoformat(begun["until"]),
            begun["seed"],
            whole=True,
        )
        if (people or plan.people, seed) != (plan.people, plan.seed):
            raise Refusal(
                _("A demonstration with other options is here already. 'make demo-fresh' makes a new one in its place.")
            )
        if (marker or {}).get("finished"):
            _tell_end(plan)
            return None
        click.echo(_("The loading was stopped before; it goes on."), err=True)
        return plan
    with reading() as session:
        if users.missing_accounts(session) != users.wanted_accounts(session):
            raise Refusal(
                _(
                    "Other invented people are here already. 'make demo-fresh' makes a new demonstration in their "
                    "place; with --from and --to you add people to these."
                )
            )
    first = _months_before(clock.today())
    return Plan(people or _usual_number(first, clock.today()), first, clock.now(), seed, whole=True)


def _months_before(day: date) -> date:
    """The first day of the month six months before a day's."""
    months = day.year * 12 + day.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _usual_number(first: date, last: date) -> int:
    number: int = read_data("profile")["people_a_day"] * max(1, len(working_days(first, last)))
    return number


def _add_users() -> None:
    """Add the users that are missing, keep their passwords in the marker, and print them."""
    instance = from_environment().instance
    with reading() as session:
        missing = users.missing_accounts(session)
    invited = users.invite(missing)
    earlier = (read_marker(instance) or {}).get("users", {})
    update_marker(instance, users={**earlier, **users.as_marker(invited)})
    with writing() as session:
        users.add_users(session, invited)
    if invited:
        click.echo(_("Users to sign in with; the sign-in page shows them too:"))
    for user in invited:
        click.echo(f"{user.account.email}\t{user.password}\t{user.account.name}")


def _load(plan: Plan, drafts: Sequence[Draft]) -> None:
    settings, loaded = from_environment(), Loaded()
    with opened() as database:
        with database.reading() as session:
            staff = staff_of(session)
        steps: list[Step] = list(steps_of(drafts, loaded, staff))
        if plan.whole:
            days = {date.fromisoformat(draft["attended_at"][:10]) for draft in drafts}
            steps += month_steps(days, plan.until, settings, staff)
            with database.reading() as session:
                registers_in_use = holds_own_records(session)
            if registers_in_use:
                click.echo(_("The registers hold the office's own records, so no invented ones were added."), err=True)
            else:
                steps += office_steps(plan.until, settings, staff)
        timeline = Timeline(steps, plan.until)
        _show_progress(timeline.planned, timeline.run(database))
        click.echo(
            _(
                "%(visits)s attentions recorded, %(again)s already there; "
                "%(referrals)s referrals, %(answers)s answered.",
                visits=loaded.visits,
                again=loaded.again,
                referrals=loaded.referrals,
                answers=loaded.answers,
            )
        )
        if plan.whole:
            update_marker(settings.instance, finished=True)
            _tell_end(plan)


def _show_progress(length: int, steps: Iterable[Step]) -> None:
    """A bar that says which day is being lived through."""
    label = _("Attentions, months and registers")
    with click.progressbar(length=length, label=label, file=sys.stderr, item_show_func=_day_shown) as bar:
        for step in steps:
            bar.update(int(step.planned), step)


def _day_shown(step: Step | None) -> str | None:
    return format_date(clock.local_day(step.moment), "long") if step else None


def _tell_end(plan: Plan) -> None:
    """Until when people come, and how to have them come until today."""
    click.echo(_("The invented people come until this moment: %(moment)s", moment=format_datetime(plan.until)))
    if clock.local_day(plan.until) < clock.today():
        click.echo(_("For people who come until today: 'make demo-fresh' makes a new demonstration in its place."))
