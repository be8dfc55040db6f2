"""The pages of the waiting room's screen. They show turns and desks, never anything of a person."""

import re

from flask import Blueprint, current_app, render_template, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from attention_point.directory.queries import find_point
from attention_point.foundation import clock, language
from attention_point.foundation.access import requires_device
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.web import current_actor, current_database, db_session
from attention_point.foundation.web.server import STREAM_KEY
from attention_point.turns.screen.board import CALLS_SHOWN, Board, BoardReader, read_board
from attention_point.turns.screen.streams import STREAM_SECONDS, Streams

STREAM_PATH = re.compile(r"/screen/[^/]+/(events|plain)")
"""The addresses whose requests last for minutes: the server gives them threads of their own."""
# What is said of a call. Not translated for the reader: a screen speaks to everybody in the room.
SPOKEN_CALL = N_("Turn %(code)s, desk %(desk)s")
blueprint = Blueprint("screen", __name__)


@blueprint.record_once
def _prepare_streams(state: BlueprintSetupState) -> None:
    state.app.extensions["screen_streams"] = (BoardReader(), Streams())


@blueprint.get("/screen/<string(maxlength=40):point>")
@requires_device("screen.show", or_signed_in="turns.call")
def show_screen(point: str) -> str:
    """Show the latest calls. A browser without script is led to ``show_plain_screen``."""
    return _render_screen(point, _find_point_name(point), read_board(db_session(), point))


@blueprint.get("/screen/<string(maxlength=40):point>/plain")
@requires_device("screen.show", or_signed_in="turns.call")
def show_plain_screen(point: str) -> Response:
    """Show the latest calls without script, on a page that ends, and loads itself anew, when they change.

    While the network is away nothing can end it, and so it stays as it is.
    """
    point_name = _find_point_name(point)
    reader, streams = current_app.extensions["screen_streams"]
    database = current_database()  # the page outlives the request's own session
    board = reader.read(database, point)
    page = _render_screen(point, point_name, board, is_plain=True)
    seconds = STREAM_SECONDS if request.environ.get(STREAM_KEY) else 0.0
    parts = streams.hold(page, board, lambda: reader.read(database, point), seconds)
    # Compressed, the page would be kept back until it ends.
    headers = {"X-Accel-Buffering": "no", "Content-Encoding": "identity"}
    return Response(parts, mimetype="text/html", headers=headers)


def _render_screen(point: str, point_name: str, board: Board, *, is_plain: bool = False) -> str:
    other = next(code for code in language.LANGUAGES if code != language.current_language())
    with language.in_language(other):
        other_words = {
            "language": other,
            "turn": _("Turn"),
            "desk": _("Desk"),
            "before": _("Called before"),
            "empty": _("Your turn appears here, with the desk to go to."),
        }
    return render_template(
        "screen/screen.html",
        point=point,
        point_name=point_name,
        board=board,
        is_plain=is_plain,
        calls_shown=CALLS_SHOWN,
        locale=str(current_locale()).replace("_", "-"),
        time_zone=clock.TIME_ZONE.key,
        other=other_words,
        spoken_calls={code: _build_spoken_call(code) for code in language.LANGUAGES},
    )


@blueprint.get("/screen/<string(maxlength=40):point>.json")
@requires_device("screen.show", or_signed_in="turns.call")
def send_board(point: str) -> Response:
    """Send the latest calls once."""
    _find_point_name(point)
    return Response(read_board(db_session(), point).to_json(), mimetype="application/json")


@blueprint.get("/screen/<string(maxlength=40):point>/events")
@requires_device("screen.show", or_signed_in="turns.call")
def stream_board(point: str) -> Response:
    """Send the latest calls now and whenever they change, where the server has a thread for it; else once."""
    _find_point_name(point)
    reader, streams = current_app.extensions["screen_streams"]
    database = current_database()  # the stream outlives the request's own session
    seconds = STREAM_SECONDS if request.environ.get(STREAM_KEY) else 0.0
    events = streams.follow(lambda: reader.read(database, point), seconds)
    # nginx would keep the events back until it has a page of them.
    return Response(events, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _find_point_name(point: str) -> str:
    """The name of a point. Raises NotFound, also for a device of another point."""
    row = find_point(db_session(), point)
    if row is None or current_actor().point not in {None, point}:
        raise NotFound(_("There is no such attention point."))
    return row.name[language.current_language()]


def _build_spoken_call(code: str) -> str:
    """The sentence of a call in a language, with the places that the page's script fills."""
    with language.in_language(code):
        return _(SPOKEN_CALL, code="{code}", desk="{desk}")
