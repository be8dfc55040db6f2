"""The address of the client: the socket's, or the one that a trusted proxy names.

Werkzeug's ProxyFix counts proxies and does not check their addresses, so a client that reaches the program directly
could choose its own address.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attention_point.foundation.network.ip_addresses import Network, read_address

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Application = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]


def find_client_address(request_environ: Mapping[str, Any], trusted_networks: Sequence[Network]) -> str:
    """Return the client's address, in its canonical form, of a WSGI environment.

    ``X-Forwarded-For`` is read only from a trusted peer. It is read from the right, where the nearest proxy wrote: the
    first address that is no trusted proxy is the client's, for the client may have written what stands left of it. An
    entry that is no address ends the walk at the proxy that sent it.
    """
    peer_address = request_environ.get("REMOTE_ADDR") or ""
    address = read_address(peer_address)
    if address is None:  # the peer of a Unix socket, say
        return peer_address
    forwarded_addresses = request_environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while forwarded_addresses and any(address in network for network in trusted_networks):
        previous_address = read_address(forwarded_addresses.pop())
        if previous_address is None:
            break
        address = previous_address
    return str(address)


def trust_proxies(application: Application, trusted_networks: Sequence[Network]) -> Application:
    """Return the application with ``REMOTE_ADDR`` set to the client's address."""
    if not trusted_networks:
        return application

    def set_client_address(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = find_client_address(environ, trusted_networks)
        return application(environ, start_response)

    return set_client_address
