"""The pages of the kiosk. A browser reaches them only as an enrolled device, and nothing on them leads elsewhere."""

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from pydantic import BaseModel, ConfigDict
from werkzeug.wrappers import Response as AnyResponse

from attention_point.accounts.devices.services import verify_staff_code
from attention_point.foundation import clock
from attention_point.foundation.access import requires_device
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Invalid, TooManyTries
from attention_point.foundation.language import current_language, set_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object
from attention_point.foundation.vault import get_vault
from attention_point.foundation.web import current_actor, current_database, current_settings, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.json_bodies import build_json_response, read_json_body
from attention_point.turns import queries
from attention_point.turns.details import TurnDetails
from attention_point.turns.kiosk import answers_cookie
from attention_point.turns.kiosk.answers import KioskAnswers
from attention_point.turns.kiosk.screens import KioskPage, build_kiosk_page, draw_in_words_of, show_turn
from attention_point.turns.kiosk.steps import TURN, UnfitAnswer, answer_step, list_steps
from attention_point.turns.kiosk.turn_details import build_details, select_fit_details
from attention_point.turns.services import NewTurn, create_turn

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")
TURN_PAGE_SECONDS = 45
"""How long a browser without scripts shows a turn, and any browser the page of the staff code."""


class KioskTurn(BaseModel):
    """What the page asks for: a turn under the id of its visit, and what the visitor answered."""

    # An error of pydantic must not carry what somebody typed into a log.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: UUID
    details: TurnDetails


@blueprint.get("")
@requires_device("kiosk.use")
def show_first_screen() -> AnyResponse:
    """Show the first screen and forget whoever stood here before."""
    response = make_response(render_kiosk())
    # Whoever comes to the first screen is somebody else than whoever answered last.
    answers_cookie.delete_answers_cookie(response)
    return response


def render_kiosk() -> str:
    """The page with all questions, for the script: online at ``/kiosk``, and kept on the tablet for a time without
    network.
    """
    return _render("kiosk/shell.html", _build_page(), _begin_answers())


@blueprint.post("/turns")
@requires_device("kiosk.use")
def give_turn() -> Response:
    """Give the turn that the page asks for. Sent again, it is the same turn."""
    page = _build_page()
    asked_turn = parse_object(KioskTurn, read_json_body())
    details = select_fit_details(db_session(), asked_turn.details, offers_self_intake=page.offers_self_intake)
    new_turn = NewTurn(asked_turn.id, current_actor().point or "", details, "kiosk")
    turn, ahead, created = create_turn(db_session(), current_actor(), new_turn)
    shown = show_turn(turn, ahead, current_settings().public_url)
    body = {
        "code": shown.code,
        "ahead": shown.ahead,
        "issued_at": shown.issued_at,
        "qr": {"side": shown.qr_side, "path": shown.qr_path},
    }
    return build_json_response(body, 201 if created else 200)


@blueprint.get("/steps")
@requires_device("kiosk.use")
def show_step() -> AnyResponse:
    """Show the question at which the visitor is, on a tablet without scripts."""
    answers = _read_answers()
    if answers is None:
        return _lead_to("show_first_screen")
    if answers.step == TURN:
        return _lead_to("show_turn_screen", answers)
    return _show_question(answers)


@blueprint.post("/steps")
@requires_device("kiosk.use")
def answer() -> AnyResponse:
    """Take the answer to a question and lead to the next one; at the end, give the turn."""
    fields = read_posted_fields()
    answers = _read_answers()
    if fields.get("action") == "restart" or (answers is None and fields.get("step") != "language"):
        return _lead_to("show_first_screen")
    answers = answers or _begin_answers()
    if fields.get("step") != answers.step:  # a page that going back has shown again
        return _lead_to("show_step", answers)
    page = _build_page()
    try:
        changed = answer_step(answers, fields, **_list_conditions(page))
    except UnfitAnswer as error:
        name, message = error.args
        set_language(answers.language)
        typed = {field: text for field, text in fields.items() if field in answers.fields or field == name}
        typed_answers = answers.change(fields={**answers.fields, **typed}, slip_code=fields.get("slip_code", ""))
        response = _show_question(typed_answers, {name: _(message)})
        response.status_code = 422
        return response
    if changed.step == TURN:
        changed = _give_turn(page, changed)
    return _lead_to("show_step", changed)


@blueprint.get("/turn")
@requires_device("kiosk.use")
def show_turn_screen() -> AnyResponse:
    """Show the turn that was just given, on a tablet without scripts."""
    answers = _read_answers()
    # Without the cookie the address of this page shows nobody's turn.
    if answers is None or answers.step != TURN:
        return _lead_to("show_first_screen")
    set_language(answers.language)
    turn = queries.read_turn(db_session(), answers.turn_id)
    shown = show_turn(turn, queries.count_ahead(db_session(), turn), current_settings().public_url)
    response = make_response(_render("kiosk/turn.html", _build_page(), answers, turn=shown))
    response.headers["Refresh"] = f"{TURN_PAGE_SECONDS}; url={url_for('kiosk.show_first_screen')}"
    return response


@blueprint.route("/leave", methods=["GET", "POST"])
@requires_device("kiosk.use")
def leave() -> AnyResponse:
    """Let staff leave the kiosk with the code of this device."""
    error, status = "", 200
    if request.method == "POST":
        try:
            verify_staff_code(current_database(), current_actor(), read_posted_fields().get("code", "")[:50])
            return redirect("/", 303)
        except Invalid as refusal:
            error, status = refusal.field_errors[0].message, refusal.status
        except TooManyTries as refusal:
            error, status = f"{refusal.message} {_('A new code made under “Devices” works at once.')}", refusal.status
    response = make_response(_render("kiosk/leave.html", _build_page(), _begin_answers(), error=error), status)
    # A visitor who came here by mistake, and went away, leaves the kiosk to the next one.
    response.headers["Refresh"] = f"{TURN_PAGE_SECONDS}; url={url_for('kiosk.show_first_screen')}"
    return response


def _build_page() -> KioskPage:
    return build_kiosk_page(db_session(), current_actor().point, current_settings().contact)


def _list_conditions(page: KioskPage) -> dict[str, bool]:
    return {"offers_self_intake": page.offers_self_intake, "prefers_visitors": bool(page.preferential_reasons)}


def _begin_answers() -> KioskAnswers:
    return KioskAnswers(turn_id=new_id(), touched_at=clock.now())


def _read_answers() -> KioskAnswers | None:
    return answers_cookie.read_answers_cookie(get_vault(db_session()), _get_device_id(), clock.now())


def _get_device_id() -> UUID:
    return cast("UUID", current_actor().id)  # a device has an id


def _give_turn(page: KioskPage, answers: KioskAnswers) -> KioskAnswers:
    """Give the turn, and keep of the answers only what its screen needs."""
    notice = page.words[answers.language].notice
    details = build_details(answers, notice.version if notice else None)
    details = select_fit_details(db_session(), details, offers_self_intake=page.offers_self_intake)
    create_turn(db_session(), current_actor(), NewTurn(answers.turn_id, current_actor().point or "", details, "kiosk"))
    # Its needs and reasons are with the turn now; whoever opens the cookie's page finds a code.
    kept_names = {"turn_id", "touched_at", "language", "text_size", "has_high_contrast"}
    return KioskAnswers(**answers.model_dump(include=kept_names), step=TURN)


def _show_question(answers: KioskAnswers, errors: dict[str, str] | None = None) -> Response:
    set_language(answers.language)
    page = _build_page()
    steps = list_steps(answers, **_list_conditions(page))
    position = {"number": steps.index(answers.step) + 1, "total": len(steps) - 1}
    response = make_response(_render("kiosk/step.html", page, answers, errors=errors or {}, **position))
    # In place of the script's countdown: nobody's answers stay on an abandoned screen.
    seconds = int(answers_cookie.ABANDONED_AFTER.total_seconds())
    response.headers["Refresh"] = f"{seconds}; url={url_for('kiosk.show_first_screen')}"
    return response


def _render(template: str, page: KioskPage, answers: KioskAnswers, **values: object) -> str:
    return render_template(
        template,
        page=page,
        given=answers,
        display=answers,
        point_name=page.point_names[current_language()],
        in_words_of=draw_in_words_of,
        **values,
    )


def _lead_to(view: str, answers: KioskAnswers | None = None) -> AnyResponse:
    response = redirect(url_for(f"kiosk.{view}"), 303)
    if answers is None:
        answers_cookie.delete_answers_cookie(response)
    else:
        vault = get_vault(db_session())
        answers_cookie.set_answers_cookie(response, vault, _get_device_id(), answers.change(touched_at=clock.now()))
    return response
