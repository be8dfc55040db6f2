"""Browsers in which an account has signed in before. Their cookie keeps the guesses of strangers away from the owner.

It follows OWASP's "Slow Down Online Guessing Attacks with Device Cookies" and reads ``browser.proof.tag.tag…``:

- ``browser`` is a random number and ``proof`` its keyed digest, which only this installation can make.
- A ``tag`` is the keyed digest of the browser with the address and the generation of an account. It reveals neither,
  and only this installation can tell whose it is. With a new generation (the password changes, the account is disabled)
  the account no longer knows the browser.

The server stores nothing of it. Several people use the tablet of a desk, so it has a tag for each of them.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass

from attention_point.foundation.vault import Vault

# How many people one browser remembers, the last ones: some 500 characters, and browsers take 4,096.
MAX_TAGS = 20
_DIGEST_BYTES = 16
_MAX_COOKIE_LENGTH = (2 + MAX_TAGS) * 24


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser that this installation marked, with the tags of the accounts that signed in on it, the last first."""

    number: str
    tags: tuple[str, ...] = ()


def decode_browser_cookie(vault: Vault, cookie: str | None) -> KnownBrowser | None:
    """The browser of a cookie; None without a cookie or for one that this installation did not make."""
    if not cookie or len(cookie) > _MAX_COOKIE_LENGTH or not cookie.isascii():
        return None
    number, _dot, proof_and_tags = cookie.partition(".")
    proof, *tags = proof_and_tags.split(".")
    is_ours = hmac.compare_digest(proof, _build_browser_proof(vault, number))
    return KnownBrowser(number, tuple(tags[:MAX_TAGS])) if is_ours else None


def encode_browser_cookie(vault: Vault, browser: KnownBrowser) -> str:
    """The cookie of a browser."""
    return ".".join((browser.number, _build_browser_proof(vault, browser.number), *browser.tags))


def find_known_tag(vault: Vault, browser: KnownBrowser | None, email: str, generation: int) -> str | None:
    """The tag of an account on a browser, if the account signed in there in this generation; otherwise None."""
    # Without a browser, and past the first match, the same work: the time tells nothing.
    tag = _build_account_tag(vault, browser.number if browser else "", email, generation)
    tag_matches = [hmac.compare_digest(tag, browser_tag) for browser_tag in browser.tags] if browser else []
    return tag if any(tag_matches) else None


def add_account_tag(vault: Vault, browser: KnownBrowser | None, email: str, generation: int) -> KnownBrowser:
    """The browser, or a new one, with the tag of the account first."""
    number = browser.number if browser else _encode_base64(secrets.token_bytes(_DIGEST_BYTES))
    tag = _build_account_tag(vault, number, email, generation)
    other_tags = [browser_tag for browser_tag in (browser.tags if browser else ()) if browser_tag != tag]
    return KnownBrowser(number, (tag, *other_tags)[:MAX_TAGS])


def _build_browser_proof(vault: Vault, number: str) -> str:
    return _encode_base64(vault.keyed_digest("device", number.encode())[:_DIGEST_BYTES])


def _build_account_tag(vault: Vault, number: str, email: str, generation: int) -> str:
    content = f"{number}\0{generation}\0{email}".encode()
    return _encode_base64(vault.keyed_digest("device-account", content)[:_DIGEST_BYTES])


def _encode_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
