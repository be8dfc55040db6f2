"""The page to which a form leads, sent with the reply to the form: one trip over a slow line in place of two.

A view answers a form with a redirect, so that going back and reloading find a page. Over a line of 400 ms the browser's
way there takes as long as the page. Where the page's script asks for it (``?at-once`` in the address to which the form
is sent), the server asks itself for the page, as the browser would, and the script gives the page its address. Each of
the two requests has its own access check, transaction and journal entries. Without the script there is the redirect.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, unquote_to_bytes, urlsplit

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Application = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]
QUERY_NAME = "at-once"
PAGE_OF_REDIRECT = "attention_point.page_of_redirect"
MAXIMUM_REDIRECTS = 3
_OF_THE_FORM = {"CONTENT_LENGTH", "CONTENT_TYPE", "REQUEST_URI", "RAW_URI", "HTTP_TRANSFER_ENCODING"}


def follow_own_redirects(application: Application) -> Application:
    """Return the application, which sends the page of a redirect where a form asks for it at once."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if environ["REQUEST_METHOD"] != "POST" or QUERY_NAME not in query:
            return application(environ, start_response)
        cookies: list[str] = []
        response = Response.from_app(application, environ, buffered=True)
        for _redirect in range(MAXIMUM_REDIRECTS):
            location = _find_own_location(response)
            if location is None:
                break
            cookies += response.headers.getlist("Set-Cookie")
            response = Response.from_app(application, _build_environ(environ, location, cookies), buffered=True)
        _keep_cookies(response, cookies)
        return response(environ, start_response)

    return answer


def _find_own_location(response: Response) -> SplitResult | None:
    """The address of a page of our own to which a reply leads; None for any other reply."""
    location = urlsplit(response.headers.get("Location", ""))
    is_redirect = response.status_code in {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}
    # A part of a page ("#documents") is found by the browser alone.
    is_own = location.path.startswith("/") and not (location.scheme or location.netloc or location.fragment)
    return location if is_redirect and is_own else None


def _build_environ(environ: "WSGIEnvironment", location: SplitResult, cookies: Iterable[str]) -> dict[str, Any]:
    request_headers = {
        name: value for name, value in environ.items() if name not in _OF_THE_FORM and not name.startswith("werkzeug.")
    }
    return {
        **request_headers,
        "REQUEST_METHOD": "GET",
        "PATH_INFO": unquote_to_bytes(location.path).decode("latin-1"),
        "QUERY_STRING": location.query,
        "HTTP_COOKIE": _add_cookies(environ.get("HTTP_COOKIE", ""), cookies),
        "wsgi.input": BytesIO(),
        # The page tells its address, which the script gives it.
        PAGE_OF_REDIRECT: True,
    }


def _add_cookies(sent_cookies: str, set_cookies: Iterable[str]) -> str:
    """The cookies that the browser would send after it was told to keep others; a later one replaces an earlier one."""
    pairs = [*sent_cookies.split(";"), *(cookie.partition(";")[0] for cookie in set_cookies)]
    values = dict(pair.strip().partition("=")[::2] for pair in pairs if pair.strip())
    return "; ".join(f"{name}={value}" for name, value in values.items())


def _keep_cookies(response: Response, cookies: Iterable[str]) -> None:
    latest_cookies = {
        cookie.partition("=")[0]: cookie for cookie in (*cookies, *response.headers.getlist("Set-Cookie"))
    }
    response.headers.setlist("Set-Cookie", list(latest_cookies.values()))
