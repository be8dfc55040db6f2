"""Work that a request starts and nobody waits for."""

import threading
from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response


def run_after_response(response: Response, work: Callable[[], None]) -> None:
    """Run work once the response is out and its transaction is over."""
    # Waitress answers the requests of a connection one after the other, and the next one, the page behind a redirect,
    # would wait for this one's end. Only there is a thread needed; elsewhere the end of the response will do.
    if "waitress.client_disconnected" in request.environ:
        response.call_on_close(threading.Thread(target=work, name="after-response").start)
    else:
        response.call_on_close(work)
