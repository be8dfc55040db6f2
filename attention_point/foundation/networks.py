"""Addresses and networks of IPv4 and IPv6, as plain values."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from attention_point.foundation.language import N_

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
SITE_PREFIX = 64  # one customer of an IPv6 provider has at least a /64 and may use every address in it (RFC 6177)
_MAPPED = 96  # ::ffff:0:0/96, IPv4 as an IPv6 socket sees it (RFC 4291 §2.5.5.2)


def read_networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks (CIDR), separated by commas.

    Raises ValueError with what is wrong with ``%(name)s``, the setting. A network of all addresses is refused: whoever
    trusts everybody lets every visitor choose an address.
    """
    networks = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            network = _as_ipv4(ip_network(part))
        except ValueError:
            raise ValueError(
                N_("%(name)s must be addresses or networks separated by commas, like 127.0.0.1 or 10.0.0.0/24")
            ) from None
        if network.prefixlen == 0:
            raise ValueError(N_("%(name)s must not trust every address there is"))
        networks.append(network)
    return tuple(networks)


def read_address(text: str) -> Address | None:
    """One address, also with a port, in brackets or quotes as proxies write it; None for what is none.

    IPv4 in an IPv6 form becomes IPv4, and a zone (``%eth0``) is dropped.
    """
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address stands in one of some networks."""
    read = read_address(address)
    return read is not None and any(read in network for network in networks)


def site_of(address: str) -> str:
    """What one visitor can be told by: an IPv4 address itself, an IPv6 address's /64; any other text as it is."""
    read = read_address(address)
    return str(ip_network((read, SITE_PREFIX), strict=False)) if isinstance(read, IPv6Address) else str(read or address)


def _as_ipv4(network: Network) -> Network:
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return ip_network((mapped, network.prefixlen - _MAPPED)) if mapped and network.prefixlen >= _MAPPED else network
