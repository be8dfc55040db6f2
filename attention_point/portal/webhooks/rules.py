"""Webhooks as plain rules: which addresses may be registered, how long to wait for the next try, when to stop."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from attention_point import texts

URL_MAX_LENGTH = 500
MAX_WEBHOOKS_OF_ENTITY = 5
FIRST_WAIT = timedelta(minutes=15)  # the timer runs the jobs every quarter of an hour
LONGEST_WAIT = timedelta(days=1)
MAX_TRIES = 10
"""They take over four days, as those of the mail."""
SWITCHED_OFF_AFTER = timedelta(days=4)
"""An address that has failed for three days is switched off, and its entity is told. The first day counts whole."""
RETENTION = timedelta(days=30)
"""A delivery that failed can be sent again for so long; then it is deleted."""
OLD_SECRET_LIFETIME = timedelta(hours=24)
"""For so long the secret before signs too, so that the receiver can change it without a lost message."""

# The faults of an address.
NOT_HTTPS, TOO_LONG, WITH_USER, NO_HOST = "not-https", "too-long", "with-user", "no-host"


def find_url_fault(url: str) -> str | None:
    """The fault of an address, or None. Whether it leads to a public network is found out when it is used."""
    if len(url) > URL_MAX_LENGTH:
        return TOO_LONG
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return NO_HOST
    if parts.scheme != "https":
        return NOT_HTTPS
    # A password in an address would stand in lists and logs.
    if "@" in parts.netloc:
        return WITH_USER
    # The wire carries ASCII alone; other letters are written %XX, those of a name as punycode.
    is_wire_text = url.isascii() and texts.is_fit_text(url) and " " not in url
    return None if host and is_wire_text and not parts.fragment else NO_HOST


def find_wait(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None when there is no other try."""
    return None if tries >= MAX_TRIES else min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1))


def must_switch_off(failing_since: datetime, now: datetime, error: str) -> bool:
    """Whether an address gets nothing any more: it failed for days, or says itself that it is gone (HTTP 410)."""
    return error == "http-410" or now - failing_since >= SWITCHED_OFF_AFTER
