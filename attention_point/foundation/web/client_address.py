"""From which address a request comes: the socket's, or what a trusted proxy says of the visitor before it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attention_point.foundation.networks import Network, read_address

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Application = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]


def client_address(request_environ: Mapping[str, Any], trusted_networks: Sequence[Network]) -> str:
    """The visitor's address, in its canonical form, of a WSGI environment; the socket's peer where no proxy is trusted.

    Only from a trusted peer is ``X-Forwarded-For`` read, from the right, where the nearest proxy wrote: the first
    address that is no trusted proxy is the visitor's. What stands further left the visitor may have written. An entry
    that is no address ends the walk at the proxy that sent it, so that a wrong header never opens a way around.
    """
    peer = request_environ.get("REMOTE_ADDR") or ""
    address = read_address(peer)
    if address is None:  # a socket of the file system, say
        return peer
    hops = request_environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hops and any(address in network for network in trusted_networks):
        before = read_address(hops.pop())
        if before is None:
            break
        address = before
    return str(address)


def behind_proxies(application: Application, trusted_networks: Sequence[Network]) -> Application:
    """The application with ``REMOTE_ADDR`` as ``client_address`` says; as it is where no proxy is trusted."""
    if not trusted_networks:
        return application

    def with_client_address(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = client_address(environ, trusted_networks)
        return application(environ, start_response)

    return with_client_address
