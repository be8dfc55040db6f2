"""The commands ``attention-point demo …``."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import click

from attention_point.demo import demo_users
from attention_point.demo.demo_data import load_data_file
from attention_point.demo.invention.visit_drafts import DraftData, invent_visits
from attention_point.demo.marker import read_marker, update_marker
from attention_point.demo.steps.month_steps import build_month_steps
from attention_point.demo.steps.register_steps import build_register_steps, holds_own_records
from attention_point.demo.steps.staff import find_demo_staff
from attention_point.demo.steps.timeline import Step, Timeline
from attention_point.demo.steps.turn_steps import build_turn_steps
from attention_point.demo.steps.visit_steps import LoadedCounts, build_visit_steps
from attention_point.foundation import clock
from attention_point.foundation.commands import read_session, report_errors, use_database, write_session
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import format_date, format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import read_settings
from attention_point.foundation.workdays import list_working_days
from attention_point.intake.queries import has_real_visit
from attention_point.tallies import folding

EARLIEST_DAY = date(2000, 1, 1)
DEFAULT_SEED = 2017
MONTHS_BEFORE_TODAY = 6  # past months, before the present one
DAY_OPTION_TYPE = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """A load: so many people from a day until a moment. ``is_whole``: with released months and registers."""

    people_count: int
    first_day: date
    until: datetime
    seed: int
    is_whole: bool

    def invent_drafts(self) -> list[DraftData]:
        """Invent the visits. Raises BadParameter where none of the days is a working day."""
        last_day = clock.local_day(self.until)
        until = clock.to_local_time(self.until) if last_day == clock.today() or self.is_whole else None
        try:
            return invent_visits(self.people_count, self.first_day, last_day, self.seed, until)
        except ValueError:
            raise click.BadParameter(_("None of these days is a working day."), param_hint="--from") from None

    def build_marker_entry(self) -> dict[str, Any]:
        """The plan as the marker holds it, so that a load that was stopped goes on with the same people."""
        return {
            "people": self.people_count,
            "from": self.first_day.isoformat(),
            "until": self.until.isoformat(),
            "seed": self.seed,
        }


@click.group("demo")
def demo_commands() -> None:
    """Invented people, to try the application out."""


@demo_commands.command("load")
@click.option("--people", type=click.IntRange(min=1), help="The number of people; 36 for each working day by default.")
@click.option(
    "--from", "first", type=DAY_OPTION_TYPE, help="First day of attention; with it or --to, only people are loaded."
)
@click.option("--to", "last", type=DAY_OPTION_TYPE, help="Last day of attention; today by default.")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="The same seed gives the same people.")
def load_demo(people: int | None, first: datetime | None, last: datetime | None, seed: int) -> None:
    """Load a demonstration: six months of invented people up to now, with published months and filled registers.

    With --from or --to, only people, their visits, referrals and the entities' answers are loaded. Both ways add users
    to sign in with. Loading again with the same options changes nothing; an interrupted load continues. An installation
    that has received a real person is refused. Any other is marked as a demonstration from then on, on every page and
    document.
    """
    plan: LoadPlan | None
    if first or last:
        # Wrong options are reported before the database is opened.
        plan = _build_dated_plan(people, first.date() if first else None, last.date() if last else None, seed)
        drafts = plan.invent_drafts()
        with report_errors():
            _refuse_real_people()
    else:
        with report_errors():
            _refuse_real_people()
            plan = _build_whole_plan(people, seed)
        if plan is None:
            return
        drafts = plan.invent_drafts()
    with report_errors():
        # Marked before anything is loaded: from here on every page says that its people are invented.
        marker_entry = {"whole": plan.build_marker_entry(), "finished": False} if plan.is_whole else {}
        update_marker(read_settings().instance, **marker_entry)
        _add_demo_users()
        _run_load_plan(plan, drafts)


def _refuse_real_people() -> None:
    with read_session() as session:
        if has_real_visit(session):
            raise AppError(
                _("Real people have been registered here. Load invented people into a separate installation.")
            )


def _build_dated_plan(people: int | None, first_day: date | None, last_day: date | None, seed: int) -> LoadPlan:
    """The plan for days that were named. Raises BadParameter for days that make no sense."""
    today = clock.today()
    last_day = last_day or today
    first_day = first_day or _find_first_load_day(last_day)
    if last_day < first_day:
        raise click.BadParameter(_("The last day is before the first."), param_hint="--to")
    if last_day > today:
        raise click.BadParameter(_("The last day is still to come."), param_hint="--to")
    if first_day < EARLIEST_DAY:
        raise click.BadParameter(_("The first day is before the year 2000."), param_hint="--from")
    # Today only the past hours count; of an earlier day the whole day.
    until = clock.now() if last_day == today else datetime.combine(last_day, time(23, 59), clock.TIME_ZONE)
    return LoadPlan(people or _count_usual_people(first_day, last_day), first_day, until, seed, is_whole=False)


def _build_whole_plan(people: int | None, seed: int) -> LoadPlan | None:
    """The plan of the whole demonstration, or that of a load that was stopped; None, with a message, where it is done.

    Raises AppError where the instance holds a demonstration of another kind.
    """
    marker = read_marker(read_settings().instance) or {}
    if marker.get("whole"):
        plan = _read_stored_plan(marker["whole"])
        if (people or plan.people_count, seed) != (plan.people_count, plan.seed):
            raise AppError(_("A demonstration with other options is here already. 'make demo-fresh' replaces it."))
        if marker.get("finished"):
            _print_end_of_load(plan)
            return None
        click.echo(_("An earlier load was interrupted. It continues now."), err=True)
        return plan
    with read_session() as session:
        if demo_users.list_missing_accounts(session) != demo_users.list_wanted_accounts(session):
            raise AppError(
                _(
                    "Other invented people are here already. 'make demo-fresh' makes a new demonstration in their "
                    "place; with --from and --to you add people to these."
                )
            )
    first_day, today = _find_first_load_day(clock.today()), clock.today()
    return LoadPlan(people or _count_usual_people(first_day, today), first_day, clock.now(), seed, is_whole=True)


def _read_stored_plan(stored_plan: dict[str, Any]) -> LoadPlan:
    """The reverse of ``LoadPlan.build_marker_entry``."""
    first_day, until = date.fromisoformat(stored_plan["from"]), datetime.fromisoformat(stored_plan["until"])
    return LoadPlan(stored_plan["people"], first_day, until, stored_plan["seed"], is_whole=True)


def _find_first_load_day(day: date) -> date:
    """The first day of the month that lies ``MONTHS_BEFORE_TODAY`` months before a day."""
    months = day.year * 12 + day.month - 1 - MONTHS_BEFORE_TODAY
    return date(months // 12, months % 12 + 1, 1)


def _count_usual_people(first_day: date, last_day: date) -> int:
    # At least one day: a load may begin and end on days that are no working days.
    people_a_day: int = load_data_file("profile")["people_a_day"] * max(1, len(list_working_days(first_day, last_day)))
    return people_a_day


def _add_demo_users() -> None:
    """Add the users that are missing, store their passwords in the marker, and print them."""
    instance = read_settings().instance
    with read_session() as session:
        missing_accounts = demo_users.list_missing_accounts(session)
    new_users = demo_users.create_passwords(missing_accounts)
    stored_users = (read_marker(instance) or {}).get("users", {})
    # First the marker: an account without its password on the sign-in page could be used by nobody.
    update_marker(instance, users={**stored_users, **demo_users.build_marker_users(new_users)})
    with write_session() as session:
        demo_users.add_demo_users(session, new_users)
    if new_users:
        click.echo(_("Users to sign in with; the sign-in page shows them too:"))
    for user in new_users:
        click.echo(f"{user.account.email}\t{user.password}\t{user.account.name}")


def _run_load_plan(plan: LoadPlan, drafts: Sequence[DraftData]) -> None:
    settings, loaded_counts = read_settings(), LoadedCounts()
    with use_database() as database:
        with database.read_session() as session:
            staff = find_demo_staff(session)
        steps: list[Step] = list(build_visit_steps(drafts, loaded_counts, staff))
        steps += build_turn_steps(drafts, plan.until, staff)
        if plan.is_whole:
            days = {date.fromisoformat(draft["attended_at"][:10]) for draft in drafts}
            steps += build_month_steps(days, plan.until, settings, staff)
            with database.read_session() as session:
                registers_in_use = holds_own_records(session)
            if registers_in_use:  # nobody could tell the office's records from the invented ones afterwards
                click.echo(_("The registers hold the office's own records, so no invented ones were added."), err=True)
            else:
                steps += build_register_steps(plan.until, settings, staff)
        timeline = Timeline(steps, plan.until)
        _show_progress(timeline.planned_count, timeline.run_steps(database))
        click.echo(
            _(
                "%(visits)s attentions recorded, %(again)s already there; "
                "%(referrals)s referrals, %(answers)s answered.",
                visits=loaded_counts.recorded_visits,
                again=loaded_counts.existing_visits,
                referrals=loaded_counts.created_referrals,
                answers=loaded_counts.answer_count,
            )
        )
        folding.fold_due_tallies(database)
        if plan.is_whole:
            update_marker(settings.instance, finished=True)
            _print_end_of_load(plan)


def _show_progress(step_count: int, steps: Iterable[Step]) -> None:
    """Run the steps under a bar that names the day of the step. The steps that follow from others do not move it."""
    label = _("Attentions, months and registers")
    bar = click.progressbar(length=step_count, label=label, file=sys.stderr, item_show_func=_format_step_day)
    with bar:
        for step in steps:
            bar.update(int(step.is_planned), step)


def _format_step_day(step: Step | None) -> str | None:
    return format_date(clock.local_day(step.moment), "long") if step else None


def _print_end_of_load(plan: LoadPlan) -> None:
    """Print when the invented visits end, and how to get visits up to today."""
    click.echo(_("The invented visits end on: %(moment)s", moment=format_datetime(plan.until)))
    if clock.local_day(plan.until) < clock.today():
        click.echo(_("For people up to today, 'make demo-fresh' replaces it with a new demonstration."))
