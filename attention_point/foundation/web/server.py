"""The HTTP server: waitress, with limits to the whole time of a request or reply and to an address's connections.

waitress alone counts silence: a client that sends a byte now and then keeps its connection for ever, and a thousand
such connections shut everybody else out (docs/decisions/0019-connections-have-an-end.md).
"""

import time
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any

import structlog
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from attention_point.foundation.networks import Network, is_within, site_of

PATIENCE = 20.0  # seconds for a request to arrive, or for a reply to be taken, whatever its size …
SLOWEST = 500  # … and one second more for so many bytes (both as Apache's mod_reqtimeout has them) …
LONGEST = 600.0  # … up to ten minutes: 10 MB, the largest file, over a line of 140 kbit/s
PER_ADDRESS = 100  # ten tablets behind one address open at most 60
IN_ALL = 800  # below the 1,024 files that a process may have open on most systems
_log = structlog.get_logger()


class BoundedChannel(HTTPChannel):
    """A connection that knows since when its request arrives or its reply leaves, and how much of it has moved.

    ``since``: monotonic seconds. ``moved``: bytes received or sent since then.
    """

    patience, longest = PATIENCE, LONGEST

    def __init__(self, server: "BoundedServer", sock: Any, addr: Any, adj: Adjustments, map: Any = None) -> None:
        super().__init__(server, sock, addr, adj, map=map)
        self.site = site_of(addr[0])
        self._begin()

    def _begin(self) -> None:
        self.since, self.moved = time.monotonic(), 0

    def received(self, data: bytes) -> bool:
        """Take what arrived: the next piece of a request, or the first of another."""
        request = self.request
        taken: bool = super().received(data)
        if self.request is not request:
            self._begin()
        self.moved += len(data)
        return taken

    def write_soon(self, data: Any) -> int:
        """Take a piece of the reply from the application: from here on it is the client who must take it."""
        self._begin()
        written: int = super().write_soon(data)
        return written

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send what the socket takes."""
        sent: int = super().send(data, do_close)
        self.moved += sent
        return sent

    @property
    def late(self) -> bool:
        """Whether the client takes too long over a request or a reply. An idle connection is waitress's own matter."""
        arriving = self.request is not None and not self.requests
        leaving = self.total_outbufs_len > 0
        allowed = min(self.patience + self.moved / SLOWEST, self.longest)
        return (arriving or leaving) and time.monotonic() - self.since > allowed


class BoundedServer(TcpWSGIServer):
    """A listening server that closes late connections, and the longest waiting one where an address has too many.

    A connection whose request is being answered is never closed. Who is closed to make room is the crowd's own: other
    addresses keep theirs, and of the crowded address itself whoever comes now is served.
    """

    channel_class = BoundedChannel
    per_address = PER_ADDRESS
    in_all = IN_ALL
    proxies: tuple[Network, ...] = ()
    """A proxy brings many visitors: its connections count in all, not by address."""
    closed = 0

    def accept(self) -> Any:
        """Accept a connection, having made room for it."""
        accepted = super().accept()
        if accepted is not None and len(self.active_channels) >= self.per_address:
            self._make_room(accepted[1][0])
        return accepted

    def _make_room(self, address: str) -> None:
        site = site_of(address)
        crowds: dict[str, list[BoundedChannel]] = {site: []}
        for channel in self.active_channels.values():
            if not channel.will_close:
                crowds.setdefault(channel.site, []).append(channel)
        crowd = crowds[site]
        if len(crowd) < self.per_address or is_within(address, self.proxies):
            if sum(map(len, crowds.values())) < self.in_all:
                return
            crowd = max(crowds.values(), key=len)
        waiting = [channel for channel in crowd if not channel.requests]
        if waiting:
            self._close(min(waiting, key=lambda channel: channel.since))

    def _close(self, channel: BoundedChannel) -> None:
        """Have the loop close a connection, also one whose client reads nothing: waitress waits until it can write."""
        self.closed += not channel.will_close
        channel.will_close = True
        with suppress(OSError):  # the client was quicker
            channel.socket.shutdown(SHUT_RDWR)

    def maintenance(self, now: float) -> None:
        """Close what is late or silent; waitress calls it every ``cleanup_interval`` seconds."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.late or channel.will_close:
                self._close(channel)
        if self.closed:
            _log.warning("connections closed", count=self.closed)
            self.closed = 0


def create_server(
    app: Any, opened: dict[int, Any], proxies: tuple[Network, ...] = (), **settings: Any
) -> BoundedServer:
    """A server on each address that ``host`` stands for; the first one's ``run`` serves them all.

    ``opened`` gets their sockets, ``proxies`` are those that the settings trust, ``settings`` are
    waitress's. Raises ValueError or OSError where it cannot listen.
    """
    adjustments = Adjustments(**settings)
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    servers = [
        BoundedServer(app, opened, dispatcher=dispatcher, adj=adjustments, sockinfo=address)
        for address in adjustments.listen
    ]
    for server in servers:
        server.proxies = proxies
        server.active_channels = servers[0].active_channels  # what is counted is counted over all of them
    return servers[0]
