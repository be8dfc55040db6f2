"""The signed cookie behind ``flask.session``. Programs carry a token and have no cookie."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response

from attention_point.foundation.web.error_pages import wants_json

# The addresses of the API to which the script of a page sends: they ask who is signed in on the tablet.
PATHS_WITH_SESSION = frozenset({"/api/v1/outbox", "/api/v1/outbox/batch"})


class SessionCookies(SecureCookieSessionInterface):
    """Flask's cookie for people. A program gets an empty session, which ends with its request.

    Of the application's ``session_secrets``, all that are in force are read, and the current one, the first, signs:
    while the keyring's key is rotated, nobody is signed out.
    """

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs under the current secret and reads under each."""
        if "session_secrets" not in app.extensions:
            return super().get_signing_serializer(app)
        return URLSafeTimedSerializer(
            app.extensions["session_secrets"]()[::-1],  # it signs with the last one
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the request's cookie, or an empty one for a program, whatever cookie it sends."""
        is_for_program = wants_json() and request.path not in PATHS_WITH_SESSION
        return self.session_class() if is_for_program else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, but never for a program."""
        if not wants_json():
            super().save_session(app, session, response)  # type: ignore[arg-type]
