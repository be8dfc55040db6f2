"""Reading what a program sent."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response
from flask.globals import request_ctx
from pydantic_core import to_json

from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal

FILES = 11 * 1024 * 1024
"""What a view may be sent that takes a file of at most 10 MB."""
View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """This view may be sent a file; every other one is held to the usual limit."""
    view.body_limit = FILES  # type: ignore[attr-defined]
    return view


class BadBody(Refusal):
    """The body is no JSON."""

    status = 400
    code = "bad_json"


class WrongType(Refusal):
    """The body is declared as something else."""

    status = 415
    code = "unsupported_media_type"


def json_body() -> object:
    """The JSON of the body; raises WrongType or BadBody, which never repeat what was sent.

    A key that stands twice in an object is refused: whoever reads the first and whoever reads the last would disagree.
    """
    asked = request_ctx.request
    if not asked.is_json:
        raise WrongType(_("Send the body as application/json."))
    try:
        return _DECODER.decode(asked.get_data(cache=False).decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise BadBody(_("The body is not valid JSON.")) from None


def json_reply(content: object, status: int = 200) -> Response:
    """The content as compact JSON, its names in the order given: what is replayed is the same to the byte."""
    return Response(to_json(content), status, mimetype="application/json")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(_name: str) -> object:
    raise ValueError("not a number")


_DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_once)
