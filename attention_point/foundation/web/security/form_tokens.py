"""The token against forged requests, under another mask in each reply.

The length of a compressed page tells whether a text that somebody put on it stands on it twice (the BREACH attack). A
token that is the same in each reply could be found out so, letter by letter. Here it is written as random bytes and
the session's secret XOR these bytes, as Django does: no two replies have a part of it in common. The secret is not
signed once more: the cookie in which it stands is. So a token has 56 letters, and random letters do not compress.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from flask import current_app, g, request, session
from flask_wtf.csrf import CSRFError, generate_csrf, validate_csrf
from wtforms import ValidationError
from wtforms.csrf.core import CSRF

FIELD_NAME = "csrf_token"
SECRET_BYTES = 20  # flask-wtf keeps a SHA-1 in the session, as 40 hexadecimal digits


class FormTokens(CSRF):
    """Gives a form its token. The access check has checked it before any form is read."""

    def generate_csrf_token(self, csrf_token_field: object) -> str:
        """Return the token for a form of this reply."""
        return build_form_token()

    def validate_csrf_token(self, form: object, field: object) -> None:
        """Accept: a request without a valid token never reaches a form."""


def build_form_token() -> str:
    """Return the masked token of the browser's session: the same in all forms of one reply, another in the next one."""
    generate_csrf()  # puts a secret into a session that has none
    secret = session[FIELD_NAME]
    # The session may begin within the request, when somebody signs in: then there is another secret to mask.
    if g.get("masked_form_token", ("",))[0] != secret:
        g.masked_form_token = (secret, mask_secret(secret))
    masked_token: str = g.masked_form_token[1]
    return masked_token


def check_form_token() -> None:
    """Raise CSRFError if a request that changes something lacks the token of its session."""
    if request.method not in current_app.config["WTF_CSRF_METHODS"]:
        return
    token = unmask_token(request.form.get(FIELD_NAME) or request.headers.get("X-CSRFToken", ""))
    if "." in token:  # signed, as pages of earlier versions have it
        try:
            validate_csrf(token)
        except ValidationError as error:
            raise CSRFError(str(error)) from None
        return
    secret = session.get(FIELD_NAME, "")
    if not secret or not hmac.compare_digest(token.encode(), secret.encode()):
        raise CSRFError  # its words are those of the error page


def mask_secret(secret: str) -> str:
    """Write hexadecimal digits as a random mask and the bytes under this mask, in the letters of URL-safe base64."""
    content = bytes.fromhex(secret)
    mask = secrets.token_bytes(len(content))
    return urlsafe_b64encode(mask + _apply_mask(content, mask)).decode()


def unmask_token(text: str) -> str:
    """Read a masked token as the hexadecimal digits of the secret; "" if the text is none.

    Pages of earlier versions have a signed token, masked or not: it is given as it is.
    """
    if "." in text:  # the dots of a signed token are no letters of base64
        return text
    try:
        content = urlsafe_b64decode(text)
        half = len(content) // 2
        unmasked = _apply_mask(content[half:], content[:half])
        return unmasked.hex() if half == SECRET_BYTES else unmasked.decode()
    except ValueError:
        return ""


def _apply_mask(content: bytes, mask: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(content, mask, strict=True))
