"""Reads the JSON of a request's body, and writes the JSON of a response."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, request
from pydantic_core import to_json

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _

MAX_FILE_BODY_BYTES = 11 * 1024 * 1024
"""The limit for a view that takes a file of at most 10 MB: some room is for the form around it."""
View = TypeVar("View", bound=Callable[..., Any])


def accepts_files(view: View) -> View:
    """Let this view be sent a file. Every other view has the usual limit."""
    view.body_limit = MAX_FILE_BODY_BYTES  # type: ignore[attr-defined]
    return view


class InvalidJson(AppError):
    """The body is not JSON."""

    status = 400
    code = "bad_json"


class UnsupportedMediaType(AppError):
    """The body has another media type than JSON."""

    status = 415
    code = "unsupported_media_type"


def read_json_body() -> object:
    """Return the JSON of the body. Raises UnsupportedMediaType or InvalidJson, which never repeat what was sent."""
    if not request.is_json:
        raise UnsupportedMediaType(_("Send the body as application/json."))
    try:
        return _DECODER.decode(request.get_data(cache=False).decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise InvalidJson(_("The body is not valid JSON.")) from None


def build_json_response(content: object, status: int = 200) -> Response:
    """Return the content as compact JSON, its keys in the given order: a replayed visit is the same to the byte."""
    return Response(to_json(content), status, mimetype="application/json")


def _refuse_duplicate_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # RFC 8259 §4 leaves open which of two equal keys counts, so two programs could read different visits.
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key stands twice")
    return members


def _refuse_constant(_name: str) -> object:
    # Python would read NaN and Infinity, which RFC 8259 does not know.
    raise ValueError("not a number")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicate_keys)
