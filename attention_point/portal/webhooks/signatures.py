"""Secrets and signatures of Standard Webhooks 1.0: HMAC-SHA256 over id, moment and body."""

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from attention_point.foundation.vault import Vault

SECRET_PREFIX = "whsec_"  # noqa: S105 - no secret


def derive_secret(vault: "Vault", webhook_id: UUID, generation: int) -> bytes:
    """Return the 32 bytes of a webhook's secret. Nobody who has the database alone can."""
    return derive_secrets(vault, webhook_id, generation)[0]


def derive_secrets(vault: "Vault", webhook_id: UUID, generation: int) -> list[bytes]:
    """Return the secrets that an entity may have of this generation: the one of today's key, and those of earlier ones.

    All of them sign, so that an entity need not be told when the keyring's key is rotated.
    """
    return vault.keyed_digests("webhook-secret", webhook_id.bytes + generation.to_bytes(4, "big"))


def format_secret(secret: bytes) -> str:
    """Return a secret as its owner gets it: ``whsec_`` and base64."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def build_headers(secrets: Iterable[bytes], message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that prove who sent a body and when. Each secret in force signs."""
    timestamp = str(int(moment.timestamp()))
    signed_content = f"{message_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(secret, signed_content, "sha256")).decode() for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
