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
    is_ours = any([hmac.compare_digest(proof, our_proof) for our_proof in _list_browser_proofs(vault, number)])
    return KnownBrowser(number, tuple(tags[:MAX_TAGS])) if is_ours else None


def encode_browser_cookie(vault: Vault, browser: KnownBrowser) -> str:
    """The cookie of a browser."""
    return ".".join((browser.number, _list_browser_proofs(vault, browser.number)[0], *browser.tags))


def find_known_tag(vault: Vault, browser: KnownBrowser | None, email: str, generation: int) -> str | None:
    """The tag of an account on a browser, if the account signed in there in this generation; otherwise None."""
    # Without a browser, and past the first match, the same work: the time tells nothing.
    tags = _list_account_tags(vault, browser.number if browser else "", email, generation)
    matching_tags = [
        tag for tag in tags for known_tag in (browser.tags if browser else ()) if hmac.compare_digest(tag, known_tag)
    ]
    return matching_tags[0] if matching_tags else None


def add_account_tag(vault: Vault, browser: KnownBrowser | None, email: str, generation: int) -> KnownBrowser:
    """The browser, or a new one, with the tag of the account first."""
    number = browser.number if browser else _encode_base64(secrets.token_bytes(_DIGEST_BYTES))
    tag, *older_tags = _list_account_tags(vault, number, email, generation)
    other_tags = [known for known in (browser.tags if browser else ()) if known not in (tag, *older_tags)]
    return KnownBrowser(number, (tag, *other_tags)[:MAX_TAGS])


# Under every key held, the current one first: a browser stays known while the keyring's key is rotated.
def _list_browser_proofs(vault: Vault, number: str) -> list[str]:
    return [_encode_base64(digest[:_DIGEST_BYTES]) for digest in vault.keyed_digests("device", number.encode())]


def _list_account_tags(vault: Vault, number: str, email: str, generation: int) -> list[str]:
    content = f"{number}\0{generation}\0{email}".encode()
    return [_encode_base64(digest[:_DIGEST_BYTES]) for digest in vault.keyed_digests("device-account", content)]


def _encode_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
