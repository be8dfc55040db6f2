"""The door gives a turn: one tap is enough, and whatever is known goes along to the desk."""

from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.transactions import read_session
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.rules import NEEDS
from attention_point.turns.details import TurnDetails
from attention_point.turns.pages.forms import DoorForm, build_door_form
from attention_point.turns.pages.turn_blueprint import blueprint
from attention_point.turns.services import NewTurn, create_turn, transfer_turn

FREQUENCY_SPAN = timedelta(days=90)
# What most people ask for, until there are counts of what they ask for here.
USUAL_NEEDS = ("MIG-REG", "HUMAN", "SALUD-URG", "SALUD-AFIL", "EDU", "EMP-SENA")
SECOND_TAP = timedelta(seconds=30)


@blueprint.get("/new")
@requires("turns.give")
def show_door() -> str:
    """Show the form of a turn."""
    return _render_door(build_door_form(read_session(), new_id()))


@blueprint.post("/new")
@requires("turns.give")
def give_turn() -> Response | tuple[str, int]:
    """Give a turn, and lead to its slip, which the browser prints."""
    form = build_door_form(db_session(), new_id())
    if request.form.get("_resumed"):
        return _render_door(form), 200
    try:
        details = form.read_details()
        created = create_turn(
            db_session(), current_actor(), NewTurn(_read_turn_id(form), form.point.data or "", details, "door")
        )
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_door(form), 422
    except Conflict as error:
        # The page of a turn that was given, with other answers: it is for somebody else, or for the same person.
        form.id.data = str(new_id())
        form.form_errors = [*form.form_errors, _describe_conflict(error)]
        return _render_door(form), 409
    turn = created.turn
    # The browser follows the second of two taps, whose page has to print too; later it is another person's turn.
    is_second_tap = clock.now() - turn.issued_at < SECOND_TAP
    if not created.created and not is_second_tap:
        flash(_("This turn was given before: %(code)s. Give another one to another person.", code=turn.code), "warning")
    prints = "1" if created.created or is_second_tap else None
    return redirect(url_for("turns.show_turn_slip", turn=turn.id, print=prints), 303)


@blueprint.post("/new/<string(maxlength=40):entity>")
@requires("turns.give")
def give_entity_turn(entity: str) -> Response:
    """Give a turn for the desks that an entity has in the room, to somebody who was just referred to it."""
    form = build_door_form(db_session(), new_id())
    # Of what was said at the desk only the language goes along: the entity knows the rest from the referral.
    details = TurnDetails.model_validate({"language": "en" if form.language.data == "en" else "es"})
    point = read_posted_fields().get("point", "")
    created = create_turn(db_session(), current_actor(), NewTurn(_read_turn_id(form), point, details, "door"))
    if created.created:
        transfer_turn(db_session(), current_actor(), created.turn.id, entity=entity)
    return redirect(url_for("turns.show_turn_slip", turn=created.turn.id, print="1"), 303)


def _describe_conflict(error: Conflict) -> str:
    if error.code != "id_taken":
        return error.message
    return _("A turn was given with this page already. Press the button again if this one is for somebody else.")


def _read_turn_id(form: DoorForm) -> UUID:
    # A page that was tampered with costs nobody the turn.
    try:
        return UUID(form.id.data or "")
    except ValueError:
        return new_id()


def _render_door(form: DoorForm) -> str:
    today = clock.today()
    frequent = tally_queries.list_frequent_codes(
        read_session(), NEEDS, form.point.data or "", today - FREQUENCY_SPAN, today
    )
    offered = form.need_names
    ranked = [code for code in dict.fromkeys([*frequent, *USUAL_NEEDS, *offered]) if code in offered]
    first_needs = [*ranked[: len(USUAL_NEEDS)], *(form.needs.data or [])]
    return render_template("turns/door.html", form=form, first_needs=first_needs)
