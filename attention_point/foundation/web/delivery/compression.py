"""Compresses replies of text, where nobody else can learn from their length (docs/decisions/0035)."""

import posixpath
from typing import cast

import flask
from flask import Flask, g, request
from flask_compress import Compress
from werkzeug.wrappers import Response

# What another site asks for with the visitor's cookie. A browser names the site that asks.
_OTHER_SITES = frozenset({"cross-site", "same-site"})


class StaticFilesOnly:
    """Keeps the compressed static files, so that each is compressed once. Pages are other each time, and not kept."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """Return the compressed content of a static file; None if it was not compressed yet, or for a page."""
        return self._contents.get(key)

    def set(self, key: str, value: bytes) -> None:
        """Keep the compressed content of a static file."""
        if not key.endswith(";"):
            self._contents[key] = value


def register_compression(app: Flask) -> None:
    """Compress each reply after all else was done to it. Register this before any other ``after_request`` function."""
    app.config.update(
        COMPRESS_REGISTER=False,
        # Zstandard and Brotli for browsers over TLS; over plain HTTP they take gzip alone.
        COMPRESS_ALGORITHM=["br", "zstd", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "zstd", "gzip"],
        COMPRESS_LEVEL=8,  # of gzip: 70 bytes of the form less than its usual 6, for a tenth of a millisecond
        COMPRESS_BR_LEVEL=9,
        COMPRESS_BR_WINDOW=16,
        COMPRESS_CACHE_BACKEND=StaticFilesOnly,
        # By its path alone: whatever stands behind the question mark, it is the same file.
        COMPRESS_CACHE_KEY=lambda asked: posixpath.normpath(asked.path) if asked.endpoint == "static" else "",
    )
    compress = Compress(app)

    @app.after_request
    def _compress(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            response.direct_passthrough = False
            response.get_data()  # read whole: a stream would be compressed anew each time
        if not _is_safe_to_compress(response):
            return response
        # The library compresses in what the program refuses too (";q=0", RFC 9110 section 12.5.3).
        accepted = [coding for coding, quality in request.accept_encodings if quality > 0]
        request.environ["HTTP_ACCEPT_ENCODING"] = ", ".join(accepted)
        return compress.after_request(cast(flask.Response, response))


def _is_safe_to_compress(response: Response) -> bool:
    # A part of a file (206) must stay the part that was asked for.
    if response.status_code != 200:
        return False
    is_same_for_everybody = request.endpoint == "static" or "open_to_all" in g
    return is_same_for_everybody or request.headers.get("Sec-Fetch-Site") not in _OTHER_SITES
