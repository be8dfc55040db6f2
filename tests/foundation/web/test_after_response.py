"""Work after a response: the next request on the same connection waits for it only where nothing else can be done."""

import threading

from flask import Flask
from werkzeug.wrappers import Response

from attention_point.foundation.web.delivery.after_response import run_after_response


def test_under_the_server_nobody_waits_for_work_after_a_response() -> None:
    may_end, done = threading.Event(), threading.Event()

    def work() -> None:
        may_end.wait()
        done.set()

    with Flask(__name__).test_request_context(environ_overrides={"waitress.client_disconnected": lambda: False}):
        response = Response()
        run_after_response(response, work)
    response.close()
    assert not done.is_set()
    may_end.set()
    assert done.wait(30)
    done.clear()
    with Flask(__name__).test_request_context():
        response = Response()
        run_after_response(response, work)
    response.close()
    assert done.is_set()
