"""The pages of captures that wait for a person, and the kit that a tablet takes along."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from attention_point.accounts.devices.queries import get_device, list_point_names
from attention_point.accounts.naming import find_actor_names
from attention_point.accounts.sign_in import sessions
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.access import Actor, requires, requires_device
from attention_point.foundation.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.json_bodies import build_json_response
from attention_point.foundation.web.transactions import current_database, read_session, write_after_response
from attention_point.intake.records.reserved_references import count_unused_references, reserve_references
from attention_point.people.records import DamagedPerson
from attention_point.sync.api import describe_key, find_or_create_key, read_session_limits
from attention_point.sync.content_rows import describe_content
from attention_point.sync.forms import DiscardForm
from attention_point.sync.models import Capture
from attention_point.sync.outbox import review, tickets

blueprint = Blueprint("captures", __name__)


@blueprint.app_context_processor
def _build_page_values() -> dict[str, object]:
    """What pages of rooms below show of this room; counted only where a page shows it."""
    return {"count_waiting_captures": _count_waiting_captures, "count_unused_references": _count_unused_references}


def _count_unused_references(device_ids: Iterable[UUID]) -> dict[UUID, int]:
    return count_unused_references(read_session(), device_ids)


def _count_waiting_captures() -> int:
    actor: Actor | None = g.get("actor")
    if actor is None or not actor.may("captures.review"):
        return 0
    return review.count_waiting_captures(read_session(), actor)


@blueprint.get("/captures")
@requires("captures.review")
def list_captures() -> str:
    """List what waits for the reader. Nothing of it is opened."""
    session = read_session()
    captures = review.list_waiting_captures(session, current_actor())
    # The list leaves them out already; what was kept of them is destroyed without waiting for the job.
    write_after_response(review.settle_saved_captures)
    return render_template(
        "sync/captures.html",
        captures=captures,
        total=review.count_waiting_captures(session, current_actor()),
        points=list_point_names(session),
        writers=_find_writer_names(captures),
    )


def _find_writer_names(captures: list[Capture]) -> dict[UUID, str]:
    labels = {
        capture.id: f"account:{capture.user_id}" if capture.user_id else f"device:{capture.device_id}"
        for capture in captures
    }
    names = find_actor_names(read_session(), labels.values())
    return {capture_id: names[label] for capture_id, label in labels.items()}


@blueprint.get("/captures/<uuid:capture>")
@requires("captures.review")
def show_capture(capture: UUID) -> str:
    """Show what a capture holds and why it waits. The journal records who looked."""
    return _render_capture(capture, DiscardForm(formdata=None))


def _render_capture(capture_id: UUID, form: DiscardForm) -> str:
    waiting = review.open_waiting_capture(read_session(), current_actor(), capture_id)
    return render_template(
        "sync/capture.html",
        form=form,
        waiting=waiting,
        capture=waiting.capture,
        rows=describe_content(read_session(), waiting.content),
        writer=_find_writer_names([waiting.capture])[capture_id],
    )


@blueprint.post("/captures/<uuid:capture>/confirm")
@requires("captures.review")
def confirm_capture(capture: UUID) -> Response:
    """Record a capture; back to its page when something is wrong, with what is wrong."""
    try:
        result = review.confirm_capture(db_session(), current_actor(), capture)
    except (Invalid, Conflict, DamagedPerson) as error:
        flash(error.message, "warning")
        return redirect(url_for(".show_capture", capture=capture), 303)
    flash(_("It is recorded."), "success")
    # The visit's page has the slip, which the person may still be waiting for.
    if "visit" in result:
        return redirect(url_for("desk.show_visit", visit=result["visit"]), 303)
    return redirect(url_for(".list_captures"), 303)


@blueprint.post("/captures/<uuid:capture>/correct")
@requires("captures.review")
def correct_capture(capture: UUID) -> Response:
    """Open a capture as an unfinished form."""
    draft_id = review.begin_correction(db_session(), current_actor(), capture)
    return redirect(url_for("desk.show_form_draft", draft=draft_id, sent="1"), 303)


@blueprint.post("/captures/<uuid:capture>/discard")
@requires("captures.review")
def discard_capture(capture: UUID) -> Any:
    """Discard a capture for a reason."""
    form = DiscardForm()
    try:
        if form.validate():
            review.discard_capture(db_session(), current_actor(), capture, form.reason.data or "")
            flash(_("Discarded."), "success")
            return redirect(url_for(".list_captures"), 303)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
    return _render_capture(capture, form), 422


@blueprint.get("/offline/kit")
@requires_device("outbox.send")
def show_kit() -> Response:
    """Send what a tablet needs to work without network in the name of the agent who is signed in on it."""
    try:
        return build_json_response(_build_kit(current_actor()))
    except (Unauthenticated, Forbidden, NotFound) as error:  # a script reads it, never a person
        return build_json_response({"error": error.code, "message": error.message}, error.status)


def _build_kit(device: Actor) -> dict[str, Any]:
    user, token = _require_agent()
    point_code = device.point or ""
    point = directory_queries.find_point(read_session(), point_code)
    if point is None:
        raise NotFound(_("There is no such point."))
    key = find_or_create_key(point_code)
    device_row = get_device(read_session(), device.id)
    # A transaction of its own: the numbers are taken from the counter of the point, for this tablet alone.
    with current_database().write_session() as session:
        ticket = tickets.build_ticket(session, device_row.id, user, token, read_session_limits())
        references = reserve_references(session, point_code, device_row.id, user.id) if user.id else []
    if ticket is None:
        raise Unauthenticated(_("Sign in to continue."))
    return {
        "device": {"id": str(device_row.id), "name": device_row.name, "kind": device_row.kind},
        "point": {"code": point.code, "prefix": point.prefix, "name": dict(point.name)},
        "key": describe_key(key),
        "ticket": ticket.text,
        "user": str(user.id),
        "initials": "".join(word[0] for word in user.name.split()[:2]).upper(),
        "references": references,
        "letter": device_row.letter,
        "expires_at": clock.to_local_time(ticket.expires_at).isoformat(),
        "now": clock.to_local_time(clock.now()).isoformat(),
    }


def _require_agent() -> tuple[Actor, str]:
    user, token = sessions.find_signed_in_actor(), sessions.find_session_token()
    if user is None or token is None:
        raise Unauthenticated(_("Sign in to continue."))
    if not user.may(tickets.PERMISSION):
        raise Forbidden(_("Your role does not allow this."))
    return user, token
