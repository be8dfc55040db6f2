"""The signed cookie behind ``flask.session``. Programs carry a token and have no cookie."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.wrappers import Response

from attention_point.foundation.web.error_pages import wants_json

# The address of the API to which the script of a page sends: it asks who is signed in on the tablet.
PATHS_WITH_SESSION = frozenset({"/api/v1/outbox"})


class SessionCookies(SecureCookieSessionInterface):
    """Flask's cookie for people. A program gets an empty session, which ends with its request."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the request's cookie, or an empty one for a program, whatever cookie it sends."""
        is_for_program = wants_json() and request.path not in PATHS_WITH_SESSION
        return self.session_class() if is_for_program else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, but never for a program."""
        if not wants_json():
            super().save_session(app, session, response)  # type: ignore[arg-type]
