"""Long code lists as files that a browser keeps: ``/lists/<hash>/<name>.<language>.json``.

A form that offers 1,122 municipalities would be sent with all of them each time, because no page of a form is kept.
The list is the same for everybody and holds nothing personal. Its address carries a hash of its content.
"""

import hashlib
from datetime import date
from functools import lru_cache

from flask import Flask, url_for
from pydantic_core import to_json
from werkzeug.wrappers import Response

from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import LANGUAGES, current_language
from attention_point.foundation.web.security.response_headers import KEPT_FOR_EVER, allow_public_cache

LONG_LISTS = ("municipality", "nationality", "need_words")
_ADDRESS = "/lists/<string(length=12):content_hash>/<any({lists}):name>.<any({languages}):language>.json"


def register_code_list_files(app: Flask) -> None:
    """Add the address of the lists."""
    address = _ADDRESS.format(lists=",".join(LONG_LISTS), languages=",".join(LANGUAGES))
    app.add_url_rule(address, "code_list", send_code_list)


def build_code_list_url(name: str) -> str:
    """Return the address of a list of ``LONG_LISTS`` as it is today, in the language in use."""
    language = current_language()
    content_hash, _content = _build_file(name, language, clock.today())
    return url_for("code_list", content_hash=content_hash, name=name, language=language)


@public
def send_code_list(content_hash: str, name: str, language: str) -> Response:
    """Send a list as ``[[code, label], …]`` in the order in which it is read.

    A page from before a change of the list asks by an older hash: it gets the list of today, which is not kept.
    """
    hash_today, content = _build_file(name, language, clock.today())
    if content_hash == hash_today:
        allow_public_cache(KEPT_FOR_EVER)
    return Response(content, mimetype="application/json")


@lru_cache(maxsize=12)  # three lists in two languages; at midnight those of yesterday are still asked for
def _build_file(name: str, language: str, day: date) -> tuple[str, bytes]:
    content = to_json(get_code_list(name).form_choices(language, day))
    return hashlib.sha256(content).hexdigest()[:12], content
