"""The cookie that carries a visitor's answers on a kiosk whose scripts do not run.

The answers travel sealed in a cookie: no address, no history and no hidden field of a page holds them, the tablet's
disk has only what the server alone opens, and the database learns nothing of a visitor who walks away. They are bound
to the device, and end with the turn, on the first screen, or when nobody has touched the kiosk for a while.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from datetime import datetime, timedelta
from uuid import UUID

from flask import request
from pydantic import ValidationError
from pydantic_core import to_json
from werkzeug.wrappers import Response

from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault import Vault
from attention_point.foundation.web.transactions import current_settings
from attention_point.turns.kiosk.answers import KioskAnswers

ABANDONED_AFTER = timedelta(minutes=2)
SEALING_PURPOSE = "kiosk_visitor"
SEALED_SIZE = 2400
"""Bytes, whatever was answered, so that the size of the cookie tells nothing. Every text has its limit; all at their
limits fit. A browser takes a cookie of 4,096 letters."""
# By whether the public address uses HTTPS: browsers take ``__Host-`` over HTTPS alone (RFC 6265bis §4.1.3).
COOKIE_NAMES = {False: "kiosk", True: "__Host-kiosk"}


def set_answers_cookie(response: Response, vault: Vault, device_id: UUID, answers: KioskAnswers) -> None:
    """Let the browser carry the answers until it is closed."""
    content = to_json(answers.model_dump(mode="json", exclude_defaults=True)).ljust(SEALED_SIZE)
    sealed_answers = vault.seal(SEALING_PURPOSE, device_id, content)
    # Without an age: it is gone at the latest when the browser is closed.
    _set_cookie(response, urlsafe_b64encode(sealed_answers).decode())


def delete_answers_cookie(response: Response) -> None:
    """Forget the visitor."""
    # A first screen that nobody used sets no cookie.
    if _cookie_name() in request.cookies:
        _set_cookie(response, "", max_age=0)


def read_answers_cookie(vault: Vault, device_id: UUID, now: datetime) -> KioskAnswers | None:
    """The visitor's answers; None where there are none, where they are of another device, or too old."""
    try:
        sealed_answers = urlsafe_b64decode(request.cookies.get(_cookie_name(), ""))
        answers = KioskAnswers.model_validate_json(vault.open(SEALING_PURPOSE, device_id, sealed_answers))
    except (Base64Error, ValueError, VaultError, ValidationError):
        return None  # no cookie, a changed one, or one of an older version of the program: begin anew
    # A clock that was set back leaves a moment in the future, which must not keep a stranger's answers alive.
    return answers if abs(now - answers.touched_at) <= ABANDONED_AFTER else None


def _cookie_name() -> str:
    return COOKIE_NAMES[current_settings().uses_https]


def _set_cookie(response: Response, value: str, max_age: int | None = None) -> None:
    secure = current_settings().uses_https
    response.set_cookie(
        _cookie_name(), value, max_age=max_age, secure=secure, httponly=True, samesite="Strict", path="/"
    )
