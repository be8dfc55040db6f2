"""The signed cookie behind ``flask.session``: none for programs, its signer made once."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response


class _OfAProgram(SecureCookieSession):
    """Ends with its request."""


class Cookies(SecureCookieSessionInterface):
    """Flask makes the signer anew for every request and opens a session for programs, who carry a token instead."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer; the application's secret never changes while it runs."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """An empty session for a program, whatever cookie it sends."""
        return _OfAProgram() if request.path.startswith("/api/") else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing of a program's."""
        if not isinstance(session, _OfAProgram):
            super().save_session(app, session, response)  # type: ignore[arg-type]
