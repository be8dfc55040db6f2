"""Which addresses a webhook may lead to."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.network.outgoing_requests import RequestFailed, is_reachable_address, post_json
from attention_point.portal.webhooks import rules

OWN = (
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "fe80::1", "fd00::1", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "::",
    "::127.0.0.1", "::ffff:0:7f00:1", "fec0::1", "5f00::1",
)  # fmt: skip


@pytest.mark.parametrize("address", OWN)
def test_own_networks_are_out_of_reach_until_they_are_allowed(address: str) -> None:
    assert not is_reachable_address(ip_address(address), ())
    assert is_reachable_address(ip_address(address), (ip_network(address),))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_public_addresses_are_reached(address: str) -> None:
    assert is_reachable_address(ip_address(address), ())


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_never_more_reachable_than_itself(address: object) -> None:
    mapped = ip_address(f"::ffff:{address}")
    assert not is_reachable_address(mapped, ()) or is_reachable_address(ip_address(str(address)), ())


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.org/a?b=c", None),
        ("https://example.org:8443", None),
        ("http://example.org", rules.NOT_HTTPS),
        ("file:///etc/passwd", rules.NOT_HTTPS),
        ("https://ana:clave@example.org", rules.WITH_USER),
        ("https://", rules.NO_HOST),
        ("https://example.org:99999", rules.NO_HOST),
        ("https://[::1", rules.NO_HOST),
        ("https://example.org/a b", rules.NO_HOST),
        ("https://example.org/a\r\nX: y", rules.NO_HOST),
        ("https://example.org/#a", rules.NO_HOST),
        ("https://example.org/" + "a" * 500, rules.TOO_LONG),
    ],
)
def test_the_faults_of_an_address(url: str, fault: str | None) -> None:
    assert rules.find_url_fault(url) == fault


@given(st.text(max_size=60))
def test_no_text_breaks_the_check_of_an_address(text: str) -> None:
    rules.find_url_fault(f"https://{text}")


@pytest.mark.parametrize("url", ["http://example.org", "https://127.0.0.1:1/", "https://[::1]:1/"])
def test_a_request_is_refused_before_it_connects(url: str) -> None:
    with pytest.raises(RequestFailed) as refused:
        post_json(url, b"{}", {}, ())
    assert refused.value.code == "address"


@given(st.integers(1, 40))
def test_waits_grow_and_end(tries: int) -> None:
    wait, next_wait = rules.find_wait(tries), rules.find_wait(tries + 1)
    assert (wait is None) == (tries >= rules.MAX_TRIES)
    assert wait is None or next_wait is None or wait <= next_wait <= rules.LONGEST_WAIT
