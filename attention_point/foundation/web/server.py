"""The HTTP server: waitress, with limits to the time of a request or reply and to the connections of an address.

Waitress alone counts silence: a client that sends a byte now and then keeps its connection for ever, and a thousand of
them shut everybody else out (docs/decisions/0019-connections-have-an-end.md).
"""

import re
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any

import structlog
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from attention_point.foundation.network.ip_addresses import Network, get_visitor_network, is_within

# A request may take 20 s to arrive, and so may a reply to be read, and a second more for every 500 bytes (Apache's
# mod_reqtimeout has the same figures), up to ten minutes: 10 MB, the largest file, over a line of 140 kbit/s.
BASE_SECONDS = 20.0
MIN_BYTES_PER_SECOND = 500
MAX_SECONDS = 600.0
# Somebody fills a form for a minute or more. A new connection for what they send costs a round trip more: on a slow
# line, half a second.
IDLE_SECONDS = 75
MAX_CONNECTIONS_PER_ADDRESS = 100  # ten tablets behind one address open at most 60
MAX_CONNECTIONS = 800  # below the 1,024 files that a process may have open on most systems
# Server-sent events last for minutes: they run in threads of their own, so that no screen takes one from the desks.
STREAM_THREADS = 24
STREAM_KEY = "attention_point.in_stream_thread"
"""Set in the WSGI environment of a request that has a stream's thread. Elsewhere a view must answer and end."""
_NO_STREAMS = re.compile(r"(?!)")
_log = structlog.get_logger()


_thread = threading.local()


class StreamDispatcher(ThreadedTaskDispatcher):
    """The threads of the streams. Each knows that it is of them."""

    def handler_thread(self, thread_no: int) -> None:
        """Answer requests until the server ends."""
        _thread.is_of_streams = True
        super().handler_thread(thread_no)


class BoundedChannel(HTTPChannel):
    """A connection that knows when its request or reply began (``progress_since``, in monotonic seconds), and how many
    bytes of it have moved.
    """

    base_seconds, max_seconds = BASE_SECONDS, MAX_SECONDS

    def __init__(self, server: "BoundedServer", sock: Any, addr: Any, adj: Adjustments, map: Any = None) -> None:
        super().__init__(server, sock, addr, adj, map=map)
        self.visitor_network = get_visitor_network(addr[0])
        self._reset_progress()

    def _reset_progress(self) -> None:
        self.progress_since, self.bytes_moved = time.monotonic(), 0

    def received(self, data: bytes) -> bool:
        """Take a piece of a request."""
        request = self.request
        is_accepted: bool = super().received(data)
        if self.request is not request:
            self._reset_progress()
        self.bytes_moved += len(data)
        return is_accepted

    def write_soon(self, data: Any) -> int:
        """Take a piece of the reply from the application. From now on the client must read it."""
        self._reset_progress()
        written: int = super().write_soon(data)
        return written

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send as much as the socket takes."""
        sent: int = super().send(data, do_close)
        self.bytes_moved += sent
        return sent

    @property
    def is_late(self) -> bool:
        """Whether the client takes too long over its first byte, a request or a reply.

        Waitress itself closes a connection that idles between two requests for ``IDLE_SECONDS``.
        """
        is_unused = self.bytes_moved == 0
        arriving = (self.request is not None or is_unused) and not self.requests
        leaving = self.total_outbufs_len > 0
        allowed = min(self.base_seconds + self.bytes_moved / MIN_BYTES_PER_SECOND, self.max_seconds)
        return (arriving or leaving) and time.monotonic() - self.progress_since > allowed


class BoundedServer(TcpWSGIServer):
    """A server that closes late connections, and the longest waiting one of an address that has too many.

    It never closes a connection whose request is being answered. An address that opens too many loses its own
    connections: other addresses keep theirs, and the crowded address's newest one is served.
    """

    channel_class = BoundedChannel
    max_connections_per_address = MAX_CONNECTIONS_PER_ADDRESS
    max_connections = MAX_CONNECTIONS
    trusted_proxies: tuple[Network, ...] = ()
    """A proxy brings many people, so its connections count only towards ``max_connections``."""
    closed_count = 0
    stream_path: re.Pattern[str] = _NO_STREAMS
    stream_dispatcher: StreamDispatcher

    def add_task(self, task: BoundedChannel) -> None:
        """Let a connection's next request be answered, a stream by a thread of the streams."""
        request = task.requests[0]  # one that could not be read has no path
        if self.stream_path.fullmatch(getattr(request, "path", "")):
            self.stream_dispatcher.set_thread_count(STREAM_THREADS)  # with the first stream; later it does nothing
            self.stream_dispatcher.add_task(task)
        else:
            super().add_task(task)

    def accept(self) -> Any:
        """Accept a connection and close another one if there are too many."""
        accepted = super().accept()  # None where the client has already gone
        if accepted is not None and len(self.active_channels) >= self.max_connections_per_address:
            self._close_longest_waiting(accepted[1][0])
        return accepted

    def _close_longest_waiting(self, address: str) -> None:
        visitor_network = get_visitor_network(address)
        channels_by_network: dict[str, list[BoundedChannel]] = {visitor_network: []}
        for channel in self.active_channels.values():
            if not channel.will_close:
                channels_by_network.setdefault(channel.visitor_network, []).append(channel)
        channels = channels_by_network[visitor_network]
        if len(channels) < self.max_connections_per_address or is_within(address, self.trusted_proxies):
            if sum(map(len, channels_by_network.values())) < self.max_connections:
                return
            channels = max(channels_by_network.values(), key=len)
        waiting = [channel for channel in channels if not channel.requests]
        if waiting:
            self._close_channel(min(waiting, key=lambda channel: channel.progress_since))

    def _close_channel(self, channel: BoundedChannel) -> None:
        # Waitress closes a connection only once it can write to it; a client that reads nothing needs the shutdown.
        self.closed_count += not channel.will_close
        channel.will_close = True
        with suppress(OSError):  # the client was quicker
            channel.socket.shutdown(SHUT_RDWR)

    def maintenance(self, now: float) -> None:
        """Close late and silent connections. Waitress calls this every ``cleanup_interval`` seconds."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_late or channel.will_close:
                self._close_channel(channel)
        if self.closed_count:
            _log.warning("connections closed", count=self.closed_count)
            self.closed_count = 0


def create_server(
    app: Any,
    sockets: dict[int, Any],
    trusted_proxies: tuple[Network, ...] = (),
    stream_path: re.Pattern[str] = _NO_STREAMS,
    **waitress_settings: Any,
) -> BoundedServer:
    """Create a server for each address of ``host`` and return the first, whose ``run`` serves them all.

    The sockets go into ``sockets``. Requests to addresses of the form ``stream_path`` get threads of their own.
    Raises ValueError or OSError where nothing can listen.
    """
    adjustments = Adjustments(**waitress_settings)
    dispatcher, stream_dispatcher = ThreadedTaskDispatcher(), StreamDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    marked_app = _mark_streams(app)
    servers = [
        BoundedServer(marked_app, sockets, dispatcher=dispatcher, adj=adjustments, sockinfo=address)
        for address in adjustments.listen
    ]
    for server in servers:
        server.trusted_proxies = trusted_proxies
        server.stream_path, server.stream_dispatcher = stream_path, stream_dispatcher
        server.active_channels = servers[0].active_channels  # the limits count over all addresses
    return servers[0]


def _mark_streams(app: Any) -> Any:
    """Return the application with ``STREAM_KEY`` in the environment of each request that has a stream's thread."""

    def marked_app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # By the thread and not by the address, which waitress still changes: "//screen" becomes "/screen".
        environ[STREAM_KEY] = getattr(_thread, "is_of_streams", False)
        reply: Iterable[bytes] = app(environ, start_response)
        return reply

    return marked_app
