"""The pages of the directory: everybody who has an account reads it, the office edits it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point import texts
from attention_point.accounts.naming import find_actor_names
from attention_point.directory import labels, queries, services
from attention_point.directory.forms import (
    EntityForm,
    PointForm,
    ServiceForm,
    build_entity_form,
    build_point_form,
    build_search_form,
    build_service_form,
    read_form_values,
)
from attention_point.directory.freshness import STALE, UNCONFIRMED, Freshness, find_freshness, find_worst_freshness
from attention_point.directory.places.opening_hours import describe_hours
from attention_point.directory.revision import preview_directory
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import EntityRow, PointRow
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm, read_posted_fields
from attention_point.foundation.web.pagination import PAGE_SIZE, build_page

blueprint = Blueprint("directory", __name__, url_prefix="/directory")

ViewReply = str | Response | tuple[str, int]
Row = TypeVar("Row", EntityRow, PointRow, ServiceRow)


@blueprint.get("")
@requires("directory.view")
def list_entities() -> str:
    """List the entities by short name, a page at a time. ``after`` is the code of the last one on the page before."""
    # Nothing personal stands in the directory, so what is searched for may stand in the address.
    search_form = build_search_form(request.args)
    search_text, state = search_form.q.data or "", search_form.state.data or ""
    rows = sorted(
        (row for row in queries.list_entities(db_session()) if _matches_search(row, search_text, state)),
        key=_build_sort_key,
    )
    last_entity = queries.find_entity(db_session(), request.args.get("after", ""))
    if last_entity:
        rows = [row for row in rows if _build_sort_key(row) > _build_sort_key(last_entity)]
    arguments = {"q": search_text or None, "state": search_form.state.data}
    page = build_page(
        rows[: PAGE_SIZE + 1],
        PAGE_SIZE,
        lambda row: url_for("directory.list_entities", after=row.code, **arguments),
        url_for("directory.list_entities", **arguments) if last_entity else None,
    )
    freshness = {row.code: _find_entity_freshness(row) for row in page.items}
    return render_template(
        "directory/listing.html", page=page, search_form=search_form, labels=labels, freshness=freshness
    )


@blueprint.get("/entities/<string(maxlength=40):code>")
@requires("directory.view")
def show_entity(code: str) -> str:
    """Show one entity with the services that it offers."""
    row = _require_row(queries.find_entity(db_session(), code))
    services_by_code, today = queries.get_services_by_code(db_session()), clock.today()
    places = queries.get_directory(db_session()).places.get(code, ())
    return render_template(
        "directory/entity.html",
        entity=row,
        places=[(place, find_freshness(place, today), describe_hours(place)) for place in places],
        confirmers=find_actor_names(db_session(), (place.confirmed_by for place in places if place.confirmed_by)),
        may_read_history=current_actor().entity in {None, code},
        offered_services=[
            (service, offer)
            for service in services_by_code.values()
            for offer in service.offers
            if offer.entity == code
        ],
        labels=labels,
    )


@blueprint.route("/entities/new", methods=["GET", "POST"])
@requires("directory.edit")
def add_entity() -> ViewReply:
    """Add an entity."""
    form = build_entity_form()
    if request.method == "GET":
        form.receives_referrals.data = True
    return _show_or_save_form(
        form,
        lambda values: services.add_entity(db_session(), current_actor(), values),
        "directory/entity_form.html",
        lambda: url_for("directory.show_entity", code=read_form_values(form)["code"]),
        entity=None,
    )


@blueprint.route("/entities/<string(maxlength=40):code>/edit", methods=["GET", "POST"])
@requires("directory.edit")
def edit_entity(code: str) -> ViewReply:
    """Edit an entity."""
    row = _require_row(queries.find_entity(db_session(), code))
    form = build_entity_form(asdict(row))
    return _show_or_save_form(
        form,
        lambda values: services.save_entity(db_session(), current_actor(), code, form.read_version(), values),
        "directory/entity_form.html",
        lambda: url_for("directory.show_entity", code=code),
        entity=row,
    )


@blueprint.get("/services")
@requires("directory.view")
def list_services() -> str:
    """List every service by name. They are a few dozen, so one page holds them."""
    rows = queries.get_services_by_code(db_session()).values()
    rows_by_name = sorted(rows, key=lambda row: texts.fold_text(row.name[current_language()]))
    return render_template("directory/services.html", services=rows_by_name, labels=labels)


@blueprint.get("/services/<string(maxlength=40):code>")
@requires("directory.view")
def show_service(code: str) -> str:
    """Show one service with its offers, documents and requirements."""
    service = _require_row(queries.find_service(db_session(), code))
    entities = queries.get_entities_by_code(db_session())
    # The service that is named like the need is the one that people know it by.
    named_row = queries.find_service(db_session(), service.need) or service
    return render_template(
        "directory/service.html",
        service=service,
        need_name=named_row.name[current_language()],
        entities=entities,
        labels=labels,
    )


@blueprint.route("/services/new", methods=["GET", "POST"])
@requires("directory.edit")
def add_service() -> ViewReply:
    """Add a service."""
    form = build_service_form(_build_entity_choices())
    return _show_or_save_form(
        form,
        lambda values: services.add_service(db_session(), current_actor(), values),
        "directory/service_form.html",
        lambda: url_for("directory.show_service", code=read_form_values(form)["code"]),
        service=None,
    )


@blueprint.route("/services/<string(maxlength=40):code>/edit", methods=["GET", "POST"])
@requires("directory.edit")
def edit_service(code: str) -> ViewReply:
    """Edit a service and its offers."""
    row = _require_row(queries.find_service(db_session(), code))
    form = build_service_form(_build_entity_choices(), asdict(row))
    return _show_or_save_form(
        form,
        lambda values: services.save_service(db_session(), current_actor(), code, form.read_version(), values),
        "directory/service_form.html",
        lambda: url_for("directory.show_service", code=code),
        service=row,
    )


@blueprint.get("/points")
@requires("directory.view")
def list_points() -> str:
    """List the attention points with their settings."""
    return render_template("directory/points.html", points=queries.list_points(db_session()), labels=labels)


@blueprint.route("/points/<string(maxlength=40):code>/edit", methods=["GET", "POST"])
@requires("directory.edit")
def edit_point(code: str) -> ViewReply:
    """Edit the settings of an attention point."""
    row = _require_row(queries.find_point(db_session(), code))
    form = build_point_form(asdict(row))
    return _show_or_save_form(
        form,
        lambda values: services.save_point(db_session(), current_actor(), code, form.read_version(), values),
        "directory/point_form.html",
        lambda: url_for("directory.list_points"),
        point=row,
    )


def _show_or_save_form(
    form: EntityForm | ServiceForm | PointForm,
    save_values: Callable[[dict[str, Any]], None],
    template: str,
    build_next_url: Callable[[], str],
    **shown_rows: EntityRow | ServiceRow | PointRow | None,
) -> ViewReply:
    """Show the form, or save what was sent. A form that is refused comes back as it was typed, with its errors.

    With ``preview`` nothing is saved: the form comes back with what its values would change.
    """
    status, conflict, changed_directory = 200, None, None
    if request.method == "POST" and "preview" in read_posted_fields():
        try:
            changed_directory = preview_directory(db_session(), lambda: save_values(read_form_values(form)))
        except Invalid as error:
            _show_errors(form, error)
            status = error.status
        except Conflict as error:
            conflict, status = error, error.status
    elif request.method == "POST":
        try:
            save_values(read_form_values(form))
        except Invalid as error:
            _show_errors(form, error)
            status = error.status
        except Conflict as error:
            conflict, status = error, error.status
            # Whoever has seen the differences may save again, over the version that the notice shows.
            form.version.data = next(str(row.version) for row in shown_rows.values() if row)
        else:
            flash(_("Saved."), "success")
            # 303: the browser follows with a GET, so that a reload does not send the form again.
            return redirect(build_next_url(), 303)
    shown = {"conflict": conflict, "changed_directory": changed_directory, **shown_rows}
    return render_template(template, form=form, **shown), status


def _show_errors(form: BaseForm, error: Invalid) -> None:
    """Put the errors into the form; what it has no field for (the windows of a service) is named, and said once."""
    named: dict[tuple[str, str], None] = {}
    for item in error.field_errors:
        part = item.field.partition(".")[0]
        if part in form or part not in labels.FIELD_LABELS:
            named[item.field, item.message] = None
        else:
            named[part, f"{_(labels.FIELD_LABELS[part])}: {item.message}"] = None
    form.show_field_errors(FieldError(field, message) for field, message in named)


def _require_row(row: Row | None) -> Row:
    if row is None:
        raise NotFound(_("The directory has nothing with this code."))
    return row


def _build_entity_choices() -> list[tuple[str, str]]:
    return [
        (row.code, row.short[current_language()])
        for row in sorted(queries.list_entities(db_session()), key=_build_sort_key)
    ]


def _build_sort_key(row: EntityRow) -> tuple[str, str]:
    return texts.fold_text(row.short[current_language()]), row.code


def _find_entity_freshness(row: EntityRow) -> Freshness:
    today = clock.today()
    return find_worst_freshness(queries.list_places(db_session(), row.code, None, today), today)


def _matches_search(row: EntityRow, search_text: str, state: str) -> bool:
    today = clock.today()
    if state == "to-confirm":
        matches_state = row.validity_on(today) != "past" and _find_entity_freshness(row) in {UNCONFIRMED, STALE}
    else:
        matches_state = state not in labels.VALIDITY_LABELS or row.validity_on(today) == state
    return matches_state and texts.fold_text(search_text) in texts.fold_text(
        " ".join((row.code, *row.name.values(), *row.short.values()))
    )
