"""A real server in a thread, as ``attention-point serve`` runs it, for browsers and HTTP clients."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import waitress.wasyncore

from attention_point.foundation.web.server import create_server


@contextmanager
def serve(app: Any, **settings: Any) -> Iterator[str]:
    """Serve a WSGI application on a free loopback port; gives ``http://127.0.0.1:port``."""
    sockets: dict[int, Any] = {}
    where = {} if "listen" in settings else {"host": "127.0.0.1", "port": 0}
    server = create_server(
        app, sockets, **{"threads": 4, "ident": None, "clear_untrusted_proxy_headers": False, **where, **settings}
    )
    thread = threading.Thread(target=server.run, name="live-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # In the server's own thread: closing its sockets from this one would break its select.
        # Awake for another reason it may have closed them before the trigger's byte is written.
        with suppress(OSError):
            server.trigger.pull_trigger(lambda: waitress.wasyncore.close_all(sockets))
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
        server.stream_dispatcher.shutdown(timeout=0.1)  # a stream ends by itself
