"""The pages of places and of the history of entries: the office edits and confirms what everybody reads."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.directory import labels, queries
from attention_point.directory.forms import VersionForm
from attention_point.directory.pages.place_forms import (
    PlaceForm,
    build_place_form,
    read_place_values,
    show_place_errors,
)
from attention_point.directory.places import services
from attention_point.directory.snapshot import EntityRow, PlaceRow
from attention_point.directory.upkeep import history
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session

blueprint = Blueprint("places", __name__, url_prefix="/directory")

ViewReply = str | Response | tuple[str, int]


@blueprint.route("/entities/<string(maxlength=40):code>/places/new", methods=["GET", "POST"])
@requires("directory.edit")
def add_place(code: str) -> ViewReply:
    """Add a place of an entity."""
    entity = require_entity(code)
    form = build_place_form(None, list_entity_services(code))
    if request.method == "GET":
        fill_new_place(form, code)
    return show_or_save_place(
        form,
        lambda values: services.add_place(db_session(), current_actor(), code, values),
        url_for("directory.show_entity", code=code),
        entity=entity,
        place_row=None,
    )


@blueprint.route("/places/<string(maxlength=60):place_id>/edit", methods=["GET", "POST"])
@requires("directory.edit")
def edit_place(place_id: str) -> ViewReply:
    """Edit a place."""
    place = require_place(place_id)
    form = build_place_form(place, list_entity_services(place.entity))
    return show_or_save_place(
        form,
        lambda values: services.save_place(db_session(), current_actor(), place_id, form.read_version(), values),
        url_for("directory.show_entity", code=place.entity),
        entity=require_entity(place.entity),
        place_row=place,
    )


@blueprint.post("/places/<string(maxlength=60):place_id>/confirm")
@requires("directory.edit")
def confirm_place(place_id: str) -> Response:
    """Note that the entity confirmed the place today."""
    place = require_place(place_id)
    services.confirm_place(db_session(), current_actor(), place_id, VersionForm().read_version())
    flash(_("Confirmed today."), "success")
    return redirect(url_for("directory.show_entity", code=place.entity), 303)


@blueprint.get("/entities/<string(maxlength=40):code>/history")
@requires("directory.view")
def show_history(code: str) -> str:
    """Show what changed in an entity and its places, by whom and when. A partner's account reads its own alone."""
    if current_actor().entity not in {None, code}:
        raise NotFound(_("The directory has nothing with this code."))
    changes = history.list_entity_changes(db_session(), code)
    return render_template(
        "directory/history.html",
        entity=require_entity(code),
        changes=changes,
        place_names=_name_places(code),
        labels=labels,
    )


def show_or_save_place(
    form: PlaceForm,
    save_values: Callable[[dict[str, Any]], object],
    next_url: str,
    template: str = "directory/place_form.html",
    message: str = "",
    **shown: Any,
) -> ViewReply:
    """Show the form of a place, or save what was sent. A form that is refused comes back as it was typed."""
    status, conflict = 200, None
    if request.method == "POST":
        try:
            save_values(read_place_values(form))
        except Invalid as error:
            show_place_errors(form, error.field_errors)
            status = error.status
        except Conflict as error:
            conflict, status = error, error.status
            # Whoever has seen the differences may save again, over the version that the notice shows.
            form.version.data = str(shown["place_row"].version) if shown.get("place_row") else ""
        except AppError as error:
            form.form_errors = [*form.form_errors, error.message]
            status = error.status
        else:
            flash(message or _("Saved."), "success")
            return redirect(next_url, 303)
    return render_template(template, form=form, conflict=conflict, next_url=next_url, **shown), status


def fill_new_place(form: PlaceForm, entity: str) -> None:
    """Propose what a new place most likely has: the point's municipality, and the place after the others."""
    point = next(iter(queries.list_points(db_session())), None)
    form.municipality.data = point.municipality if point and point.municipality else ""
    if "order" not in form:
        return
    places = queries.get_directory(db_session()).places.get(entity, ())
    form.order.data = str(max((place.order for place in places), default=0) + 1)


def list_entity_services(code: str) -> list[tuple[str, str]]:
    """Code and name of each service that an entity offers."""
    return [
        (service.code, service.name[current_language()])
        for service in queries.get_services_by_code(db_session()).values()
        if any(offer.entity == code for offer in service.offers)
    ]


def require_entity(code: str) -> EntityRow:
    """The entity of a page. Raises NotFound."""
    row = queries.find_entity(db_session(), code)
    if row is None:
        raise NotFound(_("The directory has nothing with this code."))
    return row


def require_place(place_id: str) -> PlaceRow:
    """The place of a page. Raises NotFound."""
    place = queries.find_place(db_session(), place_id)
    if place is None:
        raise NotFound(_("The directory has nothing with this code."))
    return place


def _name_places(entity: str) -> dict[str, str]:
    """The names of an entity's places by id; of several without a name, each is called by its number."""
    language = current_language()
    places = queries.get_directory(db_session()).places.get(entity, ())
    return {
        place.id: place.name[language]
        if place.name
        else _("Place %(number)s", number=number)
        if places[1:]
        else _("Place")
        for number, place in enumerate(places, 1)
    }
