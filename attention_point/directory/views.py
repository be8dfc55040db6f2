"""Pages of the directory: to browse it, and for the office to keep it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point import texts
from attention_point.directory import labels, queries, services
from attention_point.directory.forms import (
    ConfirmForm,
    EntityForm,
    ServiceForm,
    entity_form,
    place,
    search_form,
    service_form,
    typed,
    version_of,
)
from attention_point.directory.rows import EntityRow, ServiceRow
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.language import current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Invalid, NotFound
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.listing import SIZE, page_of

blueprint = Blueprint("directory", __name__, url_prefix="/directory")

Reply = str | Response | tuple[str, int]


@blueprint.get("")
@requires("directory.view")
def listing() -> str:
    """Entities by short name, a page at a time; ``after`` is the code of the last one on the page before."""
    search = search_form(request.args)
    found = [row for row in queries.entities(db()) if _matches(row, search.q.data or "", search.state.data or "")]
    found.sort(key=_place)
    after = queries.entity(db(), request.args.get("after", ""))
    if after:
        found = [row for row in found if _place(row) > _place(after)]
    asked = {"q": search.q.data or None, "state": search.state.data}
    page = page_of(
        found[: SIZE + 1],
        SIZE,
        lambda row: url_for("directory.listing", after=row.code, **asked),
        url_for("directory.listing", **asked) if after else None,
    )
    return render_template("directory/listing.html", page=page, search=search, labels=labels)


@blueprint.get("/entities/<string(maxlength=40):code>")
@requires("directory.view")
def entity(code: str) -> str:
    """One entity with its services."""
    row = _entity(code)
    offered = [
        (service, offer)
        for service in queries.services_by_code(db()).values()
        for offer in service.offers
        if offer.entity == code
    ]
    confirm = ConfirmForm(data={"version": row.version})
    return render_template("directory/entity.html", entity=row, offered=offered, confirm=confirm, labels=labels)


@blueprint.route("/entities/new", methods=["GET", "POST"])
@requires("directory.edit")
def add_entity() -> Reply:
    """Add an entity."""
    form = entity_form()
    if request.method == "GET":
        form.receives_referrals.data = True
    return _keep(
        form,
        lambda values: services.add_entity(db(), actor(), values),
        "directory/entity_form.html",
        lambda: url_for("directory.entity", code=typed(form)["code"]),
        entity=None,
    )


@blueprint.route("/entities/<string(maxlength=40):code>/edit", methods=["GET", "POST"])
@requires("directory.edit")
def edit_entity(code: str) -> Reply:
    """Edit an entity."""
    row = _entity(code)
    form = entity_form(asdict(row))
    return _keep(
        form,
        lambda values: services.save_entity(db(), actor(), code, version_of(form), values),
        "directory/entity_form.html",
        lambda: url_for("directory.entity", code=code),
        entity=row,
    )


@blueprint.post("/entities/<string(maxlength=40):code>/confirm")
@requires("directory.edit")
def confirm_entity(code: str) -> Response:
    """Note that the contact data was confirmed today."""
    services.confirm_entity(db(), actor(), code, version_of(ConfirmForm()))
    flash(_("Confirmed today."), "success")
    return redirect(url_for("directory.entity", code=code), 303)


@blueprint.get("/services")
@requires("directory.view")
def service_listing() -> str:
    """Every service, by code: at most a few dozen."""
    found = queries.services_by_code(db()).values()
    return render_template("directory/services.html", services=found, labels=labels)


@blueprint.get("/services/<string(maxlength=40):code>")
@requires("directory.view")
def service(code: str) -> str:
    """One service."""
    entities = {row.code: row for row in queries.entities(db())}
    return render_template("directory/service.html", service=_service(code), entities=entities, labels=labels)


@blueprint.route("/services/new", methods=["GET", "POST"])
@requires("directory.edit")
def add_service() -> Reply:
    """Add a service."""
    form = service_form(_entity_choices())
    return _keep(
        form,
        lambda values: services.add_service(db(), actor(), values),
        "directory/service_form.html",
        lambda: url_for("directory.service", code=typed(form)["code"]),
        service=None,
    )


@blueprint.route("/services/<string(maxlength=40):code>/edit", methods=["GET", "POST"])
@requires("directory.edit")
def edit_service(code: str) -> Reply:
    """Edit a service and its offers."""
    row = _service(code)
    form = service_form(_entity_choices(), asdict(row))
    return _keep(
        form,
        lambda values: services.save_service(db(), actor(), code, version_of(form), values),
        "directory/service_form.html",
        lambda: url_for("directory.service", code=code),
        service=row,
    )


def _keep(
    form: EntityForm | ServiceForm,
    save: Callable[[dict[str, Any]], None],
    template: str,
    done: Callable[[], str],
    **shown: EntityRow | ServiceRow | None,
) -> Reply:
    """Show the form, or save it; a form that is refused comes back as it was typed, with what is wrong with it."""
    status, conflict = 200, None
    if request.method == "POST":
        try:
            save(typed(form))
        except Invalid as refusal:
            place(form, refusal.fields)
            status = refusal.status
        except Conflict as refusal:
            conflict, status = refusal, refusal.status
            form.version.data = next(str(row.version) for row in shown.values() if row)
        else:
            flash(_("Saved."), "success")
            return redirect(done(), 303)
    return render_template(template, form=form, conflict=conflict, **shown), status


def _entity(code: str) -> EntityRow:
    found = queries.entity(db(), code)
    if found is None:
        raise NotFound(_("The directory has nothing with this code."))
    return found


def _service(code: str) -> ServiceRow:
    found = queries.service(db(), code)
    if found is None:
        raise NotFound(_("The directory has nothing with this code."))
    return found


def _entity_choices() -> list[tuple[str, str]]:
    return [(row.code, row.short[current()]) for row in sorted(queries.entities(db()), key=_place)]


def _place(row: EntityRow) -> tuple[str, str]:
    return _folded(row.short[current()]), row.code


def _matches(row: EntityRow, words: str, state: str) -> bool:
    today = clock.today()
    if state == "to-confirm":
        wanted = row.standing(today) != "past" and row.confirmation(today) != "confirmed"
    else:
        wanted = state not in labels.STANDINGS or row.standing(today) == state
    return wanted and _folded(words) in _folded(" ".join((row.code, *row.name.values(), *row.short.values())))


def _folded(text: str) -> str:
    return texts.without_accents(text.strip()).casefold()
