"""One turn: where it goes next when it is not attended here, its slip, and its place for whoever scans the slip."""

from collections.abc import Callable
from typing import get_args
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.directory.labels import PRINT_FORMAT_LABELS
from attention_point.foundation import clock
from attention_point.foundation.access import public, requires
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.language import current_language, format_time, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork.slip.content import PaperName
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.turns import queries, rules, services
from attention_point.turns.entity_queues import name_queue
from attention_point.turns.models import Turn
from attention_point.turns.pages.forms import (
    LANGUAGE_LABELS,
    ClosingForm,
    TransferForm,
    build_closing_form,
    build_transfer_form,
)
from attention_point.turns.pages.queue_entries import describe_companions, name_needs
from attention_point.turns.pages.turn_blueprint import blueprint, find_own_desk, lead_to_queue
from attention_point.turns.pages.turn_slip import build_turn_slip


@blueprint.get("/<uuid:turn>")
@requires("turns.call")
def show_turn(turn: UUID) -> str:
    """Show a turn, and what can be done with it besides attending it."""
    row = _require_own_queue(read_session(), turn)
    return _render_turn_page(row, build_transfer_form(read_session(), row), build_closing_form())


@blueprint.post("/<uuid:turn>/transfer")
@requires("turns.call")
def transfer_turn(turn: UUID) -> Response | tuple[str, int]:
    """Let a turn wait again: for any desk, for one, or for those of an entity."""
    row = _require_own_queue(db_session(), turn)
    form = build_transfer_form(db_session(), row)

    def transfer() -> str:
        desk_id, entity = form.read_target()
        services.transfer_turn(db_session(), current_actor(), turn, desk_id, entity)
        target = form.target_labels[form.target.data]
        return _("Turn %(code)s waits now for: %(target)s.", code=row.code, target=target)

    return _take_form_step(form, transfer, lambda: _render_turn_page(row, form, build_closing_form()))


@blueprint.post("/<uuid:turn>/close")
@requires("turns.call")
def close_turn(turn: UUID) -> Response | tuple[str, int]:
    """End a turn without an attention, with the reason."""
    row = _require_own_queue(db_session(), turn)
    form = build_closing_form()

    def close() -> str:
        services.close_turn(db_session(), current_actor(), turn, form.read_reason())
        return _("Turn %(code)s ended without an attention.", code=row.code)

    return _take_form_step(form, close, lambda: _render_turn_page(row, build_transfer_form(read_session(), row), form))


def _take_form_step(
    form: TransferForm | ClosingForm, step: Callable[[], str], render_page: Callable[[], str]
) -> Response | tuple[str, int]:
    if request.form.get("_resumed"):  # the form that waited for a new sign-in: shown again, not acted upon
        return render_page(), 200
    try:
        message = step()
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return render_page(), 422
    except (Conflict, NotFound) as error:
        flash(error.message, "warning")
    else:
        flash(message, "success")
    return lead_to_queue()


def _require_own_queue(session: Session, turn_id: UUID) -> Turn:
    """The turn, if it is of the queue that the reader calls. Raises NotFound."""
    turn = queries.read_turn(session, turn_id)
    # Another queue's turn and none look the same: that somebody was sent to an entity tells something of her.
    if turn.queue != name_queue(session, current_actor().entity, turn.day):
        raise NotFound(_(queries.TURN_UNKNOWN))
    return turn


def _render_turn_page(turn: Turn, transfer_form: TransferForm, closing_form: ClosingForm) -> str:
    actor, desk = current_actor(), find_own_desk(read_session())
    # Who leads the room may free a turn whose agent went home.
    is_elsewhere = turn.state in rules.AT_A_DESK and (desk is None or turn.desk_id != desk.id)
    may_act = turn.state not in rules.ENDED and (not is_elsewhere or actor.may("turns.configure"))
    return render_template(
        "turns/turn.html",
        turn=turn,
        rows=_describe_turn(read_session(), turn),
        transfer_form=transfer_form if may_act and rules.is_legal_step(rules.TRANSFER, turn.state) else None,
        closing_form=closing_form if may_act else None,
        may_return=turn.state == rules.ABSENT,
        may_print=actor.may("turns.give") and turn.state not in rules.ENDED,
        form=transfer_form if transfer_form.errors else closing_form,
    )


def _describe_turn(session: Session, turn: Turn) -> list[tuple[str, str]]:
    desk = queries.read_desk(session, turn.desk_id) if turn.desk_id else None
    rows = [(_("State"), describe_state(turn)), (_("Given at"), format_time(turn.issued_at))]
    if desk:
        rows.append((_("Desk"), desk.name))
    if turn.closing_reason:
        labels = get_code_list("turn_closing_reasons")
        rows.append((_("Why it ended"), labels.label_for_code(turn.closing_reason, current_language())))
    # What was said is destroyed by then.
    if turn.state in rules.ENDED:
        return rows
    details = queries.read_turn_details(session, turn)
    needs = name_needs(session, turn, details)
    rows += [
        (_("What brings the person here"), " · ".join(needs)),
        (_("Language of the person"), _(LANGUAGE_LABELS[details.language])),
    ]
    return rows + ([(_("Who came along"), words)] if (words := describe_companions(details.companions)) else [])


def describe_state(turn: Turn) -> str:
    """The state of a turn in a word."""
    return {
        rules.WAITING: _("Waiting"),
        rules.CALLED: _("Called"),
        rules.STARTED: _("Being attended"),
        rules.FINISHED: _("Finished"),
        rules.ABSENT: _("Called and not here"),
        rules.CLOSED: _("Ended without an attention"),
    }[turn.state]


@blueprint.get("/<uuid:turn>/slip")
@requires("turns.give")
def show_turn_slip(turn: UUID) -> str | Response:
    """Show the slip of a turn as it is printed, on the paper of the address or of the point."""
    row = queries.read_turn(read_session(), turn)
    if row.state in rules.ENDED:
        flash(_("Turn %(code)s has ended: it has no slip any more.", code=row.code), "warning")
        return redirect(url_for("turns.show_door"), 303)
    paper: PaperName | None = next((name for name in get_args(PaperName) if name == request.args.get("paper")), None)
    return render_template(
        "turns/slip_page.html",
        slip=build_turn_slip(
            read_session(), row, current_settings().public_url, demo=current_settings().demo, paper=paper
        ),
        is_printed=request.args.get("print") == "1",
        paper_labels=PRINT_FORMAT_LABELS,
    )


@blueprint.get("/<uuid:turn>/place")
@public
def show_place(turn: UUID) -> str:
    """Show where a turn stands, for whoever scans the code of its slip: the code, the desk and how many are ahead."""
    # The id is as hard to guess as a password, and the page tells no more than the screen in the room.
    row = queries.read_turn(read_session(), turn)
    return render_template("turns/place.html", turn=row, words=_describe_place(read_session(), row), now=clock.now())


def _describe_place(session: Session, turn: Turn) -> str:
    if turn.state == rules.WAITING and turn.day == clock.today():
        count = queries.count_ahead(session, turn)
        return ngettext("%(num)s turn before you.", "%(num)s turns before you.", count) if count else _("You are next.")
    if turn.state in rules.AT_A_DESK and turn.desk_id:
        return _("Go to desk %(name)s.", name=queries.read_desk(session, turn.desk_id).name)
    if turn.state == rules.ABSENT:
        return _("You were called. Go to the door: they will put you back into the queue.")
    return _("This turn has ended.")
