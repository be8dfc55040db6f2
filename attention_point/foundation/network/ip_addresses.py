"""Addresses and networks of IPv4 and IPv6."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from attention_point.foundation.language import N_

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
# One customer of an IPv6 provider has at least a /64 and may use every address in it (RFC 6177).
VISITOR_PREFIX_LENGTH = 64
_MAPPED_PREFIX_LENGTH = 96  # ::ffff:0:0/96, IPv4 as an IPv6 socket sees it (RFC 4291 §2.5.5.2)


def read_networks(text: str) -> tuple[Network, ...]:
    """Return the addresses and networks (CIDR) of a text, in which commas separate them.

    Raises ValueError with a message id about ``%(name)s``, the setting.
    """
    networks = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            network = _convert_to_ipv4(ip_network(part))
        except ValueError:
            raise ValueError(
                N_("%(name)s must be addresses or networks separated by commas, like 127.0.0.1 or 10.0.0.0/24")
            ) from None
        if network.prefixlen == 0:  # whoever trusts every proxy lets every visitor choose an address
            raise ValueError(N_("%(name)s must not trust all addresses"))
        networks.append(network)
    return tuple(networks)


def read_address(text: str) -> Address | None:
    """Return an address, or None for a text that is none. Proxies also write a port, brackets or quotes.

    IPv4 in an IPv6 form becomes IPv4, and a zone (``%eth0``) is left out.
    """
    address_text = text.strip().strip('"')
    if address_text.startswith("["):
        address_text = address_text[1:].partition("]")[0]
    elif address_text.count(":") == 1:  # an IPv4 address with a port; IPv6 has more colons
        address_text = address_text.partition(":")[0]
    try:
        address = ip_address(address_text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Return whether an address is in one of the networks."""
    parsed_address = read_address(address)
    return parsed_address is not None and any(parsed_address in network for network in networks)


def get_visitor_network(address: str, prefix_length: int = VISITOR_PREFIX_LENGTH) -> str:
    """Return what identifies one visitor: an IPv4 address, the /64 of an IPv6 address, or any other text as it is."""
    parsed_address = read_address(address)
    return (
        str(ip_network((parsed_address, prefix_length), strict=False))
        if isinstance(parsed_address, IPv6Address)
        else str(parsed_address or address)
    )


def _convert_to_ipv4(network: Network) -> Network:
    ipv4_address = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return (
        ip_network((ipv4_address, network.prefixlen - _MAPPED_PREFIX_LENGTH))
        if ipv4_address and network.prefixlen >= _MAPPED_PREFIX_LENGTH
        else network
    )
