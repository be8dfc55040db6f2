"""One process beside the server for what takes long, such as a paper: a thread that serves pages only waits for it.

Python runs one thread at a time. A paper that a thread of the server drew would take the processor from every tablet
that registers meanwhile (docs/decisions/0048-papers-are-drawn-beside-the-server.md).
"""

from attention_point.foundation.worker.client import CLIENT, run_in_worker
from attention_point.foundation.worker.protocol import NotDone

__all__ = ["CLIENT", "NotDone", "run_in_worker"]
