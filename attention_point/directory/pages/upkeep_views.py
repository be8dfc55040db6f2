"""What waits in the directory: the list of it, and the ten most used entries, one after the other."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.directory import labels, queries
from attention_point.directory.freshness import find_freshness, find_worst_freshness
from attention_point.directory.pages.place_forms import (
    PlaceForm,
    build_place_form,
    read_place_values,
    show_place_errors,
)
from attention_point.directory.pages.place_views import fill_new_place, list_entity_services, require_entity
from attention_point.directory.places import services
from attention_point.directory.snapshot import Directory, EntityRow, PlaceRow
from attention_point.directory.upkeep.dead_ends import DeadEnd, list_dead_ends, list_near_dead_ends
from attention_point.directory.upkeep.endings import list_endings
from attention_point.directory.upkeep.proposals import list_open_proposals
from attention_point.directory.upkeep.review import list_entities_to_confirm, list_most_used_entities
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session

blueprint = Blueprint("upkeep", __name__, url_prefix="/directory")


@blueprint.app_context_processor
def _offer_dead_ends() -> dict[str, Callable[..., list[DeadEnd]]]:
    """Give the pages of services and entities, whose views stand below, what an end there leaves behind."""

    def list_dead_ends_of(code: str, changed_directory: Directory | None = None) -> list[DeadEnd]:
        return list_dead_ends(db_session(), changed_directory or queries.get_directory(db_session()), code)

    return {"list_dead_ends_of": list_dead_ends_of}


@blueprint.get("/upkeep")
@requires("directory.edit")
def show_upkeep() -> str:
    """Show what waits: proposals, what leads nowhere, what ends within 60 days, what nobody has confirmed for long."""
    session, today = db_session(), clock.today()
    rows = list_entities_to_confirm(session, queries.list_entities(session, today), today)
    entities = queries.get_entities_by_code(session)
    return render_template(
        "directory/upkeep.html",
        proposals=list_open_proposals(session),
        dead_ends=list_near_dead_ends(session, queries.get_directory(session)),
        endings=list_endings(queries.get_directory(session), today),
        entities=entities,
        freshness={row.code: _find_freshness(row) for row in rows if row.receives_referrals},
        most_used=list_entities_to_confirm(session, list_most_used_entities(session, today), today),
        labels=labels,
    )


@blueprint.get("/review")
@requires("directory.edit")
def start_review() -> Response:
    """Lead to the first of the ten most used entries that somebody has still to confirm."""
    session, today = db_session(), clock.today()
    waiting = list_entities_to_confirm(session, list_most_used_entities(session, today), today)
    if not waiting:
        flash(_("The ten most used entries are confirmed."), "success")
        return redirect(url_for("upkeep.show_upkeep"), 303)
    return redirect(url_for("upkeep.review_entity", code=waiting[0].code), 303)


@blueprint.route("/review/<string(maxlength=40):code>", methods=["GET", "POST"])
@requires("directory.edit")
def review_entity(code: str) -> str | Response | tuple[str, int]:
    """Show the first place of an entity, with one button that confirms what stands there and leads to the next."""
    entity, place = require_entity(code), _find_first_place(code)
    form = build_place_form(place, list_entity_services(code))
    if request.method == "GET" and place is None:
        fill_new_place(form, code)
        form.valid_from.data = f"{clock.today():%d/%m/%Y}"
    # Ranked before it is confirmed: the position must not jump.
    most_used = list_most_used_entities(db_session(), clock.today())
    position = next((number for number, row in enumerate(most_used, 1) if row.code == code), 0)
    next_url = _find_next_url(most_used, position)
    status, conflict = 200, None
    if request.method == "POST":
        try:
            _confirm_as_typed(form, code, place)
        except Invalid as error:
            show_place_errors(form, error.field_errors)
            status = error.status
        except Conflict as error:
            conflict, status = error, error.status
            form.version.data = str(place.version) if place else ""
        else:
            flash(_("%(entity)s: confirmed today.", entity=entity.short["es"]), "success")
            return redirect(next_url, 303)
    return (
        render_template(
            "directory/review.html",
            form=form,
            entity=entity,
            place_row=place,
            freshness=find_freshness(place, clock.today()) if place else None,
            conflict=conflict,
            next_url=next_url,
            position=position,
            count=len(most_used),
            labels=labels,
        ),
        status,
    )


def _confirm_as_typed(form: PlaceForm, code: str, place: PlaceRow | None) -> None:
    values = {**read_place_values(form), "confirmed_today": True}
    if place is None:
        services.add_place(db_session(), current_actor(), code, values)
    else:
        services.save_place(db_session(), current_actor(), place.id, form.read_version(), values)


def _find_next_url(most_used: list[EntityRow], position: int) -> str:
    following = list_entities_to_confirm(db_session(), most_used[position:], clock.today())
    return url_for("upkeep.review_entity", code=following[0].code) if following else url_for("upkeep.show_upkeep")


def _find_first_place(code: str) -> PlaceRow | None:
    return next(iter(queries.list_places(db_session(), code, None, clock.today())), None)


def _find_freshness(row: EntityRow) -> str:
    today = clock.today()
    return find_worst_freshness(queries.list_places(db_session(), row.code, None, today), today)
