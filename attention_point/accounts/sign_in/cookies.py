"""The cookies that this room sets beside the session: the language, the size of text, the contrast, and the browser
that an account knows."""

from flask import after_this_request, request
from werkzeug.wrappers import Response

from attention_point.foundation.web.install import LANGUAGE_COOKIE
from attention_point.foundation.web.page_frame.display import NORMAL
from attention_point.foundation.web.security.response_headers import YEAR_SECONDS
from attention_point.foundation.web.transactions import current_settings

# By whether the public address uses HTTPS: browsers take ``__Host-`` over HTTPS alone (RFC 6265bis §4.1.3).
KNOWN_BROWSER_COOKIE_NAMES = {False: "known-browser", True: "__Host-known-browser"}
# Earlier versions gave it the name of an enrolled device's cookie. What is no known browser does not decode.
_EARLIER_COOKIE_NAMES = {False: "device", True: "__Host-device"}


def set_language_cookie(response: Response, code: str) -> None:
    """Let this browser begin its pages in a language: ``es`` or ``en``."""
    _set_cookie(response, LANGUAGE_COOKIE, code, same_site="Lax")


def set_display_cookie(response: Response, name: str, value: str) -> None:
    """Let this browser show its pages in a size of text or a contrast; the normal one needs no cookie."""
    if value == NORMAL:
        response.delete_cookie(name, path="/")
    else:
        _set_cookie(response, name, value, same_site="Lax")


def read_known_browser_cookie() -> str | None:
    """The cookie by which this browser shows that it signed in before; ``known_browsers`` says what stands in it."""
    uses_https = current_settings().uses_https
    earlier_cookie = request.cookies.get(_EARLIER_COOKIE_NAMES[uses_https])
    return request.cookies.get(KNOWN_BROWSER_COOKIE_NAMES[uses_https], earlier_cookie)


def set_known_browser_cookie_after_request(cookie: str) -> None:
    """Let this browser show at the next sign-in that its account signed in here before."""

    @after_this_request
    def _add_cookie(response: Response) -> Response:
        # The sign-in form alone reads it, so no request that another site began has to carry it.
        _set_cookie(response, KNOWN_BROWSER_COOKIE_NAMES[current_settings().uses_https], cookie, same_site="Strict")
        return response


def _set_cookie(response: Response, name: str, value: str, same_site: str) -> None:
    secure = current_settings().uses_https
    response.set_cookie(name, value, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite=same_site, path="/")
