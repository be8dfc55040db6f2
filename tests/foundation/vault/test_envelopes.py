"""Envelopes are HPKE (RFC 9180), held to a second implementation, which is held to the RFC's own vector."""

import hmac
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.vault import VaultError, generate_envelope_key, open_envelope, seal_envelope

ID = UUID(int=7)
INFO = b"attention-point outbox"
# RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, first message.
VECTOR = {
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "skEm": "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
    "enc": "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
    "pkRm": "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
    "key": "4531685d41d65f03dc48f6b8302c05b0",
    "base_nonce": "56d890e5accaaf011cff4b7d",
    "pt": "4265617574792069732074727574682c20747275746820626561757479",
    "aad": "436f756e742d30",
    "ct": "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
}


def _extract(suite: bytes, salt: bytes, label: bytes, content: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + content, "sha256")


def _expand(suite: bytes, secret: bytes, label: bytes, content: bytes, length: int) -> bytes:
    info = length.to_bytes(2) + b"HPKE-v1" + suite + label + content
    block, output = b"", b""
    for counter in range(1, 4):
        block = hmac.digest(secret, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]


def seal(
    public: bytes, ephemeral: X25519PrivateKey, info: bytes, text: bytes, aead: int, key_bytes: int, aad: bytes = b""
) -> tuple[bytes, bytes, bytes, bytes]:
    """SealBase of RFC 9180: the encapsulated key, the key, the nonce and the ciphertext."""
    enc = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    kem = b"KEM" + (0x20).to_bytes(2)
    secret = _expand(kem, _extract(kem, b"", b"eae_prk", shared), b"shared_secret", enc + public, 32)
    suite = b"HPKE" + (0x20).to_bytes(2) + (1).to_bytes(2) + aead.to_bytes(2)
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, secret, b"secret", b"")
    key = _expand(suite, secret, b"key", context, key_bytes)
    nonce = _expand(suite, secret, b"base_nonce", context, 12)
    return enc, key, nonce, AESGCM(key).encrypt(nonce, text, aad)


def test_the_second_implementation_is_that_of_the_rfc() -> None:
    given_bytes = {name: bytes.fromhex(text) for name, text in VECTOR.items()}
    ephemeral = X25519PrivateKey.from_private_bytes(given_bytes["skEm"])
    made = seal(given_bytes["pkRm"], ephemeral, given_bytes["info"], given_bytes["pt"], 1, 16, given_bytes["aad"])
    assert made == tuple(given_bytes[name] for name in ("enc", "key", "base_nonce", "ct"))


@given(st.binary(max_size=2000))
def test_the_vault_opens_what_another_implementation_sealed(content: bytes) -> None:
    private, public = generate_envelope_key()
    enc, _key, _nonce, ciphertext = seal(public, X25519PrivateKey.generate(), INFO, content, 2, 32)
    assert open_envelope(private, ID, enc + ciphertext) == content
    assert open_envelope(private, ID, seal_envelope(public, content)) == content


@pytest.mark.parametrize("damage", ["other key", "other info", "turned bit", "cut", "empty", "zero key"])
def test_anything_else_does_not_open(damage: str) -> None:
    private, public = generate_envelope_key()
    envelope = seal_envelope(public, b"content")
    if damage == "other info":
        enc, _key, _nonce, ciphertext = seal(public, X25519PrivateKey.generate(), b"else", b"content", 2, 32)
        envelope = enc + ciphertext
    envelope = {
        "turned bit": envelope[:40] + bytes([envelope[40] ^ 1]) + envelope[41:],
        "cut": envelope[:-1],
        "empty": b"",
        "zero key": bytes(32) + envelope[32:],
    }.get(damage, envelope)
    with pytest.raises(VaultError):
        open_envelope(generate_envelope_key()[0] if damage == "other key" else private, ID, envelope)
