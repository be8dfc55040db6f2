"""Headers on every reply: a strict content policy, no sniffing, no framing, no caching of pages."""

import hashlib
import secrets
from functools import lru_cache

from flask import Flask, g, request
from werkzeug.wrappers import Response

from attention_point.foundation import paths
from attention_point.foundation.settings import Settings

# Without the blanks that no browser needs: they are sent seven times with each registration, on slow lines too.
CONTENT_SECURITY_POLICY = (
    "default-src 'none';script-src {scripts};style-src 'self';img-src 'self';connect-src 'self';"
    "worker-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'"
)
# OWASP ASVS 5.0, chapter 3.4, asks for these. One page alone uses the camera (``allow_camera``), none its like; what
# else a browser can do, no script of ours asks for, and no other script runs.
STRICT_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.format(scripts="'none'"),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(),microphone=(),geolocation=()",
}
YEAR_SECONDS = 31_536_000
# For an address that carries a hash of its content.
KEPT_FOR_EVER = f"public, max-age={YEAR_SECONDS}, immutable"
# A page of another site may read what is published.
PUBLIC_HEADERS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def get_csp_nonce() -> str:
    """Return the nonce that allows this reply's own scripts to run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def allow_camera() -> None:
    """Let this reply's page use the tablet's camera, if whoever reads it agrees in the browser."""
    g.uses_camera = True


def allow_public_cache(cache_control: str) -> None:
    """Let every cache keep this reply, if it is a success. For published content, which is the same for everybody."""
    g.open_to_all = cache_control


@lru_cache(maxsize=1)
def hash_static_files() -> str:
    """Return the hash of all static files together, which stands in the address of each of them.

    One hash for twenty-five files of a page: as many hashes would be a tenth of what the page is on the wire.
    """
    content_hash = hashlib.sha256()
    for path in sorted(path for path in paths.STATIC_FOLDER.rglob("*") if path.is_file()):
        content = path.read_bytes()
        content_hash.update(f"{path.relative_to(paths.STATIC_FOLDER)} {len(content)} ".encode() + content)
    return content_hash.hexdigest()[:12]


def _choose_static_cache() -> str:
    # Under another hash it is not the file that the page meant, as while one of two servers is older.
    return KEPT_FOR_EVER if request.args.get("v") == hash_static_files() else "no-cache"


def register_headers(app: Flask, settings: Settings) -> None:
    """Put the strict headers on every reply. Only a static file or a published reply may be cached."""
    strict_headers = STRICT_HEADERS.copy()
    if settings.uses_https:
        strict_headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"

    @app.after_request
    def _set_headers(response: Response) -> Response:
        headers = response.headers
        if "uses_camera" in g:
            strict_policy = strict_headers["Permissions-Policy"]
            headers["Permissions-Policy"] = strict_policy.replace("camera=()", "camera=(self)")
        if response.mimetype == "text/html":
            headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(scripts=f"'nonce-{get_csp_nonce()}'")
        if "open_to_all" in g and response.status_code in {200, 304}:
            headers.update({**PUBLIC_HEADERS, "Cache-Control": g.open_to_all})
        elif request.endpoint == "static" and response.status_code in {200, 304}:
            headers["Cache-Control"] = _choose_static_cache()
        else:
            # Flask lets a file that a view sends be cached; a slip or a report must not remain on a shared tablet.
            headers.pop("Cache-Control", None)
        for name, value in strict_headers.items():
            headers.setdefault(name, value)
        return response
