"""The visitor's address: the socket's peer, or what a trusted proxy says; never what a visitor writes."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from attention_point.foundation.network.ip_addresses import get_visitor_network, read_networks
from attention_point.foundation.web.security.client_address import find_client_address, trust_proxies
from tests.support.server import serve

PROXIES = "127.0.0.1, 10.0.0.0/24, 2001:db8:ffff::/48"
VISITOR = "198.51.100.7"


def address_of(peer: str, forwarded: str | None = None, trusted: str = PROXIES) -> str:
    """The client's address of a request with this peer and this header."""
    header = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return find_client_address({"REMOTE_ADDR": peer, **header}, read_networks(trusted))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", VISITOR, "192.0.2.1"),  # nobody trusts this peer
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", VISITOR, VISITOR),
        ("127.0.0.1", f"203.0.113.9, {VISITOR}", VISITOR),  # the visitor wrote the first one
        ("127.0.0.1", f"10.0.0.8, {VISITOR}", VISITOR),
        ("127.0.0.1", f"{VISITOR}, 10.0.0.8", VISITOR),  # two proxies of ours
        ("127.0.0.1", f"{VISITOR},10.0.0.8 ,\t10.0.0.9", VISITOR),
        ("127.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.7"),  # a visitor within the trusted network
        ("127.0.0.1", f"{VISITOR}:51234", VISITOR),
        ("127.0.0.1", f'"{VISITOR}"', VISITOR),
        ("127.0.0.1", "2001:DB8:0::7", "2001:db8::7"),
        ("127.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("127.0.0.1", "[2001:db8::7]", "2001:db8::7"),
        ("127.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("127.0.0.1", f"::ffff:{VISITOR}", VISITOR),
        ("::ffff:127.0.0.1", VISITOR, VISITOR),  # IPv4 as an IPv6 socket sees it
        ("2001:db8:ffff::1", VISITOR, VISITOR),
        ("2001:db8:fffe::1", VISITOR, "2001:db8:fffe::1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", f"{VISITOR}, unknown", "127.0.0.1"),
        ("127.0.0.1", f"{VISITOR}, unknown, 10.0.0.8", "10.0.0.8"),
        ("127.0.0.1", f"{VISITOR},", "127.0.0.1"),
        ("127.0.0.1", "999.1.1.1", "127.0.0.1"),
        ("127.0.0.1", "127.1", "127.0.0.1"),
        ("", VISITOR, ""),
        ("localhost", VISITOR, "localhost"),
    ],
)
def test_only_a_trusted_proxy_is_believed_and_only_its_own_entry(peer: str, forwarded: str, client: str) -> None:
    assert address_of(peer, forwarded) == client


def test_by_default_nobody_is_believed() -> None:
    assert address_of("127.0.0.1", VISITOR, trusted="") == "127.0.0.1"


@generated(st.text())
def test_whatever_a_visitor_writes_the_proxy_s_own_entry_stands(text: str) -> None:
    assert address_of("127.0.0.1", f"{text}, {VISITOR}") == VISITOR


@generated(st.text())
def test_any_header_gives_an_address(text: str) -> None:
    assert address_of("127.0.0.1", text)


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_a_visitor_with_many_ipv6_addresses_is_one(address: str, site: str) -> None:
    assert get_visitor_network(address) == site


def test_a_mapped_network_is_the_ipv4_network() -> None:
    assert read_networks("::ffff:10.0.0.0/120") == read_networks("10.0.0.0/24")
    assert address_of("10.0.0.8", VISITOR, trusted="::ffff:10.0.0.0/120") == VISITOR


def test_two_header_lines_are_one_list() -> None:
    """Over a real socket: the server joins the lines, and leaves the header to us."""

    def tell(environ, start_response):  # type: ignore[no-untyped-def]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["REMOTE_ADDR"].encode()]

    with serve(trust_proxies(tell, read_networks("127.0.0.1"))) as url:
        where = urlsplit(url)
        connection = HTTPConnection(where.hostname or "", where.port or 0, timeout=60)
        connection.putrequest("GET", "/")
        connection.putheader("X-Forwarded-For", "203.0.113.9")
        connection.putheader("X-Forwarded-For", VISITOR)
        connection.endheaders()
        assert connection.getresponse().read().decode() == VISITOR
        connection.close()
