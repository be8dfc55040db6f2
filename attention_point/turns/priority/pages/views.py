"""The pages of the priority of turns: today's policy, a new one, and its simulation before it is switched on."""

from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, Invalid, NotFound
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Report
from attention_point.foundation.report_pages import build_cell_formatter, send_chart, split_into_parts
from attention_point.foundation.web import current_actor, db_session
from attention_point.turns.priority import policies
from attention_point.turns.priority.models import TurnPolicy
from attention_point.turns.priority.pages.forms import (
    EXAMPLE_DAY,
    DayForm,
    PointForm,
    PolicyForm,
    build_policy_form,
    list_day_choices,
)
from attention_point.turns.priority.pages.labels import describe_policy
from attention_point.turns.priority.pages.reports import build_report
from attention_point.turns.priority.past_days import TurnDay, build_example_day, list_days, read_day
from attention_point.turns.priority.policy_data import parse_policy
from attention_point.turns.priority.rules import Policy

blueprint = Blueprint("turn_policies", __name__, url_prefix="/turns/policy")


@blueprint.get("")
@requires("turns.configure")
def show_policies() -> str:
    """Show the policy of today, those that come, the proposals, and the earlier ones."""
    point_names = _list_point_names()
    point = _choose_point(request.args.get("point"))
    form = PointForm(request.args)
    form.point.choices = list(point_names.items())
    form.point.data = point
    entries, today = policies.list_entries(db_session(), point), clock.today()
    current = policies.find_entry(db_session(), point, today)
    switched_on = [entry for entry in entries if entry.switched_on_at]
    return render_template(
        "turns/policies.html",
        form=form,
        point=point,
        point_name_of_page=point_names[point],
        current=current,
        description=describe_policy(policies.find_policy(db_session(), point, today)),
        coming=[entry for entry in switched_on if entry.valid_from > today],
        proposals=[entry for entry in entries if not entry.switched_on_at],
        earlier=[entry for entry in switched_on if entry.valid_from <= today and entry is not current],
        describe_entry=lambda entry: describe_policy(parse_policy(entry.content)),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires("turns.configure")
def add_policy() -> str | Response | tuple[str, int]:
    """Propose a policy; it is simulated before anybody is called by it."""
    point = _choose_point(request.args.get("point"))
    form, status = build_policy_form(_read_model_policy(point), list_days(db_session(), point)), 200
    if request.method == "POST":
        try:
            entry = _propose_policy(form, point)
            _discard_changed_proposal()
        except Invalid as error:
            form.show_field_errors(error.field_errors)
            status = error.status
        else:
            return redirect(url_for("turn_policies.show_policy", policy_id=entry.id, day=form.day.data or None), 303)
    return render_template(
        "turns/policy_form.html", form=form, point=point, model=request.args.get("model", type=UUID)
    ), status


def _propose_policy(form: PolicyForm, point: str) -> TurnPolicy:
    return policies.propose_policy(db_session(), current_actor(), point, form.read_valid_from(), form.read_content())


def _discard_changed_proposal() -> None:
    # A proposal that is changed is replaced, or the list would fill with tries that nobody means any more.
    model_id = request.args.get("model", type=UUID)
    if model_id and policies.read_entry(db_session(), model_id).switched_on_at is None:
        policies.discard_policy(db_session(), current_actor(), model_id)


def _read_model_policy(point: str) -> Policy:
    model_id = request.args.get("model", type=UUID)
    if model_id:
        return parse_policy(policies.read_entry(db_session(), model_id).content)
    return policies.find_policy(db_session(), point, clock.today())


@blueprint.get("/<uuid:policy_id>")
@requires("turns.configure")
def show_policy(policy_id: UUID) -> str:
    """Show a policy with its simulation on the chosen day beside the policy that it replaces."""
    entry = policies.read_entry(db_session(), policy_id)
    days = list_days(db_session(), entry.point)
    day = _choose_day(days)
    form = DayForm(data={"day": day})
    # Each chart is a request of its own that simulates the day again: that takes milliseconds, and nothing is kept.
    form.day.choices = list_day_choices(days)
    return render_template(
        "turns/policy.html",
        form=form,
        entry=entry,
        day=day,
        parts=split_into_parts(_build_report(entry, day)),
        description=describe_policy(parse_policy(entry.content)),
        can_switch_on=entry.switched_on_at is None and entry.valid_from >= clock.today(),
        format_cell=build_cell_formatter(),
    )


@blueprint.get("/<uuid:policy_id>/charts/<string(maxlength=60):chart>.svg")
@requires("turns.configure")
def show_chart(policy_id: UUID, chart: str) -> Response:
    """Send one chart of a simulation."""
    entry = policies.read_entry(db_session(), policy_id)
    return send_chart(_build_report(entry, _choose_day(list_days(db_session(), entry.point))), chart)


@blueprint.post("/<uuid:policy_id>/switch-on")
@requires("turns.configure")
def switch_on(policy_id: UUID) -> Response:
    """Let a policy be in force from its first day. The address names the day on which the simulation was seen."""
    entry = policies.read_entry(db_session(), policy_id)
    day = request.args.get("day", "")
    # Only the page of a simulation names a day that exists, so nobody switches on what nobody has looked at.
    if day not in _list_day_codes(list_days(db_session(), entry.point)):
        raise AppError(_("See first who would wait how long. Choose a day and simulate it."))
    policies.switch_on_policy(db_session(), current_actor(), policy_id, day)
    flash(_("The policy is switched on."), "success")
    return redirect(url_for("turn_policies.show_policies", point=entry.point), 303)


@blueprint.post("/<uuid:policy_id>/discard")
@requires("turns.configure")
def discard(policy_id: UUID) -> Response:
    """Delete a proposal."""
    point = policies.discard_policy(db_session(), current_actor(), policy_id)
    flash(_("The proposal is discarded."), "success")
    return redirect(url_for("turn_policies.show_policies", point=point), 303)


def _list_point_names() -> dict[str, str]:
    return {row.code: row.name[current_language()] for row in directory_queries.list_points(db_session())}


def _choose_point(code: str | None) -> str:
    codes = list(_list_point_names())
    if not codes or code not in (None, "", *codes):
        raise NotFound(_("There is no point with this code. Choose one from the list."))
    return code or codes[0]


def _choose_day(days: list[date]) -> str:
    codes = _list_day_codes(days)
    chosen = request.args.get("day")
    return chosen if chosen in codes else codes[0]


def _list_day_codes(days: list[date]) -> list[str]:
    return [*(day.isoformat() for day in days), EXAMPLE_DAY]


def _build_report(entry: TurnPolicy, day: str) -> Report:
    turn_day: TurnDay = build_example_day()
    if day != EXAMPLE_DAY:
        turn_day = read_day(db_session(), entry.point, date.fromisoformat(day))
    # A policy that was switched on is compared with the one before it.
    day_before = entry.valid_from - timedelta(days=1 if entry.switched_on_at else 0)
    old_policy = policies.find_policy(db_session(), entry.point, day_before)
    return build_report(turn_day, old_policy, parse_policy(entry.content), clock.now())
