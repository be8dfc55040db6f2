"""The server process of one side: the same waitress for all, and an address that tells the process's own CPU time."""

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from waitress.server import create_server

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _with_cpu(application: WSGI) -> WSGI:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/-/cpu":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(time.process_time()).encode()]
        return application(environ, start_response)

    return answer


def main(application: str, folder: str) -> None:
    """Serve one side on a free loopback port and print the port."""
    module, _, name = application.partition(":")
    made = getattr(importlib.import_module(module), name)(Path(folder))
    server = create_server(_with_cpu(made), host="127.0.0.1", port=0, threads=4, ident=None)
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
