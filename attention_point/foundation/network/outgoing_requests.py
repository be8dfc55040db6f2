"""Requests that the program itself sends to an address that somebody outside chose: over TLS, bounded in time.

The address could lead into the installation's own network (server-side request forgery). So the name is resolved here,
each of its addresses is checked, and the connection goes to the checked one: a name that means something else a moment
later leads nowhere. No redirection is followed, no proxy of the environment is asked, and the reply's body is not read.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_network
from urllib.parse import urlsplit

from attention_point.foundation.network.ip_addresses import Address, Network, is_within, read_address

TIMEOUT_SECONDS = 10.0
"""For the whole request, from the connection to the status of the reply."""
HTTPS_PORT = 443
# All public IPv6 addresses begin so (RFC 4291). Python takes others for public too: forms that carry an IPv4 address
# inside, which a gateway or a host would unpack (::127.0.0.1, NAT64), and the networks of one site (fec0::/10).
_PUBLIC_IPV6 = ip_network("2000::/3")
_EMBEDDING_NETWORK = ip_network("2002::/16")  # 6to4 (RFC 3056)


class RequestFailed(Exception):
    """No reply came. ``code``: ``address`` (not allowed, or none), ``unreachable``, ``timeout`` or ``tls``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_reachable_address(address: Address, allowed_networks: Iterable[Network]) -> bool:
    """Whether a request may go there: to public addresses, and to the networks that the installation allows."""
    if is_within(str(address), allowed_networks):
        return True
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_reachable_address(address.ipv4_mapped, ())
        if address not in _PUBLIC_IPV6 or address in _EMBEDDING_NETWORK:
            return False
    return address.is_global and not address.is_multicast


def post_json(url: str, body: bytes, headers: Mapping[str, str], allowed_networks: Iterable[Network]) -> int:
    """Send a POST request to an ``https://`` address and return the status of the reply. Raises RequestFailed."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or HTTPS_PORT
    if parts.scheme != "https" or not host:
        raise RequestFailed("address")
    connection = _PinnedConnection(host, _resolve_host(host, port, tuple(allowed_networks)), port)
    # A peer that sends a byte now and then never lets the socket time out: the clock of the whole request does.
    alarm = threading.Timer(TIMEOUT_SECONDS, connection.break_off)
    alarm.start()
    try:
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        return connection.getresponse().status
    except TimeoutError:
        raise RequestFailed("timeout") from None
    except ssl.SSLError:
        raise RequestFailed("timeout" if connection.is_broken_off else "tls") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise RequestFailed("timeout" if connection.is_broken_off else "unreachable") from None
    finally:
        alarm.cancel()
        connection.close()


def _resolve_host(host: str, port: int, allowed_networks: tuple[Network, ...]) -> str:
    try:
        results = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RequestFailed("unreachable") from None
    for *_kind, socket_address in results:
        address = read_address(str(socket_address[0]))
        if address is not None and is_reachable_address(address, allowed_networks):
            return str(address)
    raise RequestFailed("address")


class _PinnedConnection(http.client.HTTPSConnection):
    """Connects to an address that was checked, and verifies the certificate of the name."""

    def __init__(self, host: str, address: str, port: int) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=TIMEOUT_SECONDS, context=self._tls)
        self._address = address
        self.is_broken_off = False

    def connect(self) -> None:
        plain_socket = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)
        self.sock = plain_socket
        if self.is_broken_off:  # the alarm rang before there was a socket to shut, and rings once
            raise TimeoutError
        self.sock = self._tls.wrap_socket(plain_socket, server_hostname=self.host)

    def break_off(self) -> None:
        """End the connection from another thread."""
        self.is_broken_off = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is not connected yet, or not any more
                self.sock.close()
