"""Passkeys (WebAuthn) over the library ``webauthn``, which is loaded with the first one.

A passkey is the second step beside a password, so the presence of its owner is enough; a PIN or a finger is preferred
where the device has one. It belongs to one site: the host of the public address, which must be a name reached by HTTPS.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from attention_point.accounts.second_factor.records import Passkey
from attention_point.foundation.settings import Settings

Verified = TypeVar("Verified")
MAX_REPLY_LENGTH = 20_000
"""Of a browser's reply; the longest are those of keys with a certificate of their maker, some 4,000 characters."""


@dataclass(frozen=True, slots=True)
class Site:
    """The site to which passkeys belong: its name as people read it, its host, and its origin (scheme and host)."""

    name: str
    host: str
    origin: str


def find_site(settings: Settings, name: str, requested_host: str) -> Site | None:
    """The site of an installation; None where browsers know no passkeys.

    Browsers want HTTPS and a name, not an address of digits (WebAuthn §5.1.2). On the machine itself ``localhost`` will
    do: ``requested_host`` is the host that the browser asked for.
    """
    address = urlsplit(settings.public_url)
    host = address.hostname or ""
    if settings.is_for_this_machine_alone:
        is_local = requested_host.partition(":")[0] == "localhost"
        return Site(name, "localhost", f"{address.scheme}://{requested_host}") if is_local else None
    is_name = any(letter.isalpha() for letter in host) and ":" not in host
    return Site(name, host, f"https://{address.netloc}") if settings.uses_https and is_name else None


def build_creation_options(
    site: Site, account_id: UUID, email: str, name: str, challenge: bytes, existing: Sequence[Passkey]
) -> str:
    """What ``navigator.credentials.create`` needs, as JSON. A device that has a passkey already makes no second one."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=account_id.bytes,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in existing],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            # The password says whose account it is: the device, which has room for few, need not keep it.
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options)


def build_request_options(site: Site, challenge: bytes, passkeys: Sequence[Passkey]) -> str:
    """What ``navigator.credentials.get`` needs, as JSON."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    descriptors = [structs.PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys]
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=descriptors,
        user_verification=structs.UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def read_new_passkey(site: Site, challenge: bytes, reply: str) -> Passkey | None:
    """The passkey that a browser made for this challenge; None for any other reply."""
    import webauthn  # noqa: PLC0415

    registration = _verify_reply(
        lambda: webauthn.verify_registration_response(
            credential=reply, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin
        ),
        reply,
    )
    if registration is None:
        return None
    return Passkey(registration.credential_id, registration.credential_public_key, registration.sign_count)


def read_credential_id(reply: str) -> bytes | None:
    """The id of the passkey that a browser's reply names; None for a reply that is none."""
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415

    return _verify_reply(lambda: base64url_to_bytes(json.loads(reply)["id"]), reply)


def verify_passkey(site: Site, challenge: bytes, reply: str, passkey: Passkey) -> int | None:
    """The new count of a passkey that signed the challenge; None for any other reply, and for a count that fell.

    A count that does not grow tells of a copy of the passkey (WebAuthn §6.1.1).
    """
    import webauthn  # noqa: PLC0415

    verified = _verify_reply(
        lambda: webauthn.verify_authentication_response(
            credential=reply,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        ),
        reply,
    )
    return verified.new_sign_count if verified else None


def _verify_reply(verify: Callable[[], Verified], reply: str) -> Verified | None:
    if len(reply) > MAX_REPLY_LENGTH:
        return None
    try:
        return verify()
    # The library names the faults that it knows; hostile CBOR, keys and JSON raise what their readers raise.
    except Exception:
        return None
