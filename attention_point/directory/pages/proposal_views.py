"""The pages of proposals: an entity's own entry, and what the office decides on."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField

from attention_point.accounts.naming import find_actor_names
from attention_point.directory import labels, queries
from attention_point.directory.forms import VersionForm
from attention_point.directory.freshness import find_freshness
from attention_point.directory.pages.place_forms import OFFICE_FIELDS, PlaceForm, build_place_form
from attention_point.directory.pages.place_views import (
    ViewReply,
    fill_new_place,
    list_entity_services,
    require_entity,
    require_place,
    show_or_save_place,
)
from attention_point.directory.places.opening_hours import describe_hours
from attention_point.directory.places.services import confirm_place
from attention_point.directory.snapshot import PlaceRow
from attention_point.directory.upkeep import proposals
from attention_point.directory.upkeep.history import describe_fields
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm, read_posted_fields

blueprint = Blueprint("entry_proposals", __name__, url_prefix="/directory")


class DecisionForm(BaseForm):
    """What the office decides; ``version`` is that of the place beside which the proposal was shown."""

    version = HiddenField()
    reason = TextAreaField(N_("Why not"))


@blueprint.get("/own-entry")
@requires("directory.propose")
def show_own_entry() -> str:
    """Show an entity's own account where the directory sends people, and what became of its proposals."""
    entity = require_entity(_require_own_entity())
    today = clock.today()
    places = queries.list_places(db_session(), entity.code, None, today)
    return render_template(
        "directory/own_entry.html",
        entity=entity,
        places=[(place, find_freshness(place, today), describe_hours(place)) for place in places],
        proposals=proposals.list_entity_proposals(db_session(), entity.code),
        places_by_id={place.id: place for place in places},
        labels=labels,
    )


@blueprint.route("/own-entry/places/new", methods=["GET", "POST"])
@requires("directory.propose")
def propose_new_place() -> ViewReply:
    """Propose another place of one's own entity."""
    entity = _require_own_entity()
    form = _build_proposal_form(None, entity)
    if request.method == "GET":
        fill_new_place(form, entity)
        form.valid_from.data = f"{clock.today():%d/%m/%Y}"
    return _show_or_propose(form, entity, None)


@blueprint.route("/own-entry/places/<string(maxlength=60):place_id>", methods=["GET", "POST"])
@requires("directory.propose")
def propose_place(place_id: str) -> ViewReply:
    """Propose a change of one of one's own places."""
    entity, place = _require_own_entity(), _require_own_place(place_id)
    return _show_or_propose(_build_proposal_form(place, entity), entity, place)


@blueprint.post("/own-entry/places/<string(maxlength=60):place_id>/confirm")
@requires("directory.propose")
def confirm_own_place(place_id: str) -> Response:
    """Note that the entity itself says: it is as it stands there."""
    _require_own_place(place_id)
    confirm_place(db_session(), current_actor(), place_id, VersionForm().read_version())
    flash(_("Thank you. Confirmed today."), "success")
    return redirect(url_for("entry_proposals.show_own_entry"), 303)


@blueprint.route("/proposals/<uuid:proposal_id>", methods=["GET", "POST"])
@requires("directory.edit")
def decide_proposal(proposal_id: UUID) -> ViewReply:
    """Show a proposal beside what stands in the directory; the office approves it or refuses it with a reason."""
    session = db_session()
    proposal = proposals.get_proposal(session, proposal_id)
    place = queries.find_place(session, proposal.place) if proposal.place else None
    form = DecisionForm(data={"version": place.version if place else 0})
    status, conflict = 200, None
    if request.method == "POST":
        try:
            if read_posted_fields().get("decision") == "approve":
                proposals.approve_proposal(session, current_actor(), proposal_id, form.read_version())
                message = _("Approved: the directory says it from now on.")
            else:
                proposals.refuse_proposal(session, current_actor(), proposal_id, (form.reason.data or "").strip())
                message = _("Not approved. The entity reads your reason.")
        except Invalid as error:
            form.show_field_errors(error.field_errors)
            status = error.status
        except Conflict as error:
            conflict, status = error, error.status
            form.version.data = str(place.version if place else 0)
        else:
            flash(message, "success")
            return redirect(url_for("upkeep.show_upkeep"), 303)
    return (
        render_template(
            "directory/proposal.html",
            proposal=proposal,
            entity=require_entity(proposal.entity),
            place_row=place,
            has_changed=place is not None and place.version != proposal.version,
            changes=describe_fields(proposals.list_proposed_changes(session, proposal)),
            actor_names=find_actor_names(session, filter(None, (proposal.proposed_by, proposal.decided_by))),
            form=form,
            conflict=conflict,
            labels=labels,
        ),
        status,
    )


def _show_or_propose(form: PlaceForm, entity: str, place: PlaceRow | None) -> ViewReply:
    place_id = place.id if place else None
    return show_or_save_place(
        form,
        lambda values: proposals.propose_place(
            db_session(),
            current_actor(),
            place_id,
            form.read_version(),
            values,
        ),
        url_for("entry_proposals.show_own_entry"),
        "directory/proposal_form.html",
        _("Sent to the Office. It says so here once it has decided."),
        entity=require_entity(entity),
        place_row=place,
    )


def _build_proposal_form(place: PlaceRow | None, entity: str) -> PlaceForm:
    """The form of a place without what only the office fills in."""
    form = build_place_form(place, list_entity_services(entity))
    for name in OFFICE_FIELDS:
        del form[name]
    return form


def _require_own_entity() -> str:
    entity = current_actor().entity
    if entity is None:
        raise NotFound(_("This account belongs to no entity."))
    return entity


def _require_own_place(place_id: str) -> PlaceRow:
    place = require_place(place_id)
    # Another entity's place is not there for this account.
    if place.entity != current_actor().entity:
        raise NotFound(_("The directory has nothing with this code."))
    return place
