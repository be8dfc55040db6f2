"""Devices on which an account has signed in before: a cookie that keeps strangers' guesses away from the owner.

After OWASP's "Slow Down Online Guessing Attacks with Device Cookies". The cookie reads ``device.proof.tag.tag…``:

- ``device`` is a random number, ``proof`` its keyed digest: only this house makes one.
- a ``tag`` is the keyed digest of the device with an account's address and generation. It reveals neither, and only
  this house can tell whose it is. A new generation (a password changed, an account disabled) makes it a stranger's.

Nothing of it is stored on the server. A desk's tablet is used by several people: it has a tag for each.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass

from attention_point.foundation.vault import Vault

MOST_TAGS = 20
"""The people who signed in last on one device; the cookie has some 500 characters then (browsers take 4,096)."""
_BYTES = 16
_LONGEST = (2 + MOST_TAGS) * 24


@dataclass(frozen=True, slots=True)
class Device:
    """A device that this house marked, and the tags of the accounts that signed in on it, the last one first."""

    number: str
    tags: tuple[str, ...] = ()


def read_device(vault: Vault, cookie: str | None) -> Device | None:
    """The device of a cookie; None without one or for one that this house did not make."""
    if not cookie or len(cookie) > _LONGEST or not cookie.isascii():
        return None
    number, _dot, rest = cookie.partition(".")
    proof, *tags = rest.split(".")
    return Device(number, tuple(tags[:MOST_TAGS])) if hmac.compare_digest(proof, _proof(vault, number)) else None


def cookie_of(vault: Vault, device: Device) -> str:
    """The device as its browser keeps it."""
    return ".".join((device.number, _proof(vault, device.number), *device.tags))


def knows(vault: Vault, device: Device | None, email: str, generation: int) -> str | None:
    """The device's tag of an account, when the account signed in on it in this generation."""
    tag = _tag(vault, device.number if device else "", email, generation)  # the same work for whoever asks
    known = [hmac.compare_digest(tag, other) for other in device.tags] if device else []
    return tag if any(known) else None


def remember(vault: Vault, device: Device | None, email: str, generation: int) -> Device:
    """The device, or a new one, with the account's tag first."""
    number = device.number if device else _text(secrets.token_bytes(_BYTES))
    tag = _tag(vault, number, email, generation)
    others = [other for other in (device.tags if device else ()) if other != tag]
    return Device(number, (tag, *others)[:MOST_TAGS])


def _proof(vault: Vault, number: str) -> str:
    return _text(vault.fingerprint("device", number.encode())[:_BYTES])


def _tag(vault: Vault, number: str, email: str, generation: int) -> str:
    return _text(vault.fingerprint("device-account", f"{number}\0{generation}\0{email}".encode())[:_BYTES])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
