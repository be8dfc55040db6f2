"""Sealing in the browser, by the vectors of RFC 9180 and against the server's own library."""

import json
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from playwright.sync_api import Page

from attention_point.foundation import paths

pytestmark = pytest.mark.browser
SCRIPT = paths.STATIC_FOLDER / "js" / "hpke.js"
SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
INFO = b"attention-point outbox"
# RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
VECTOR = {
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "ephemeral_private": "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
    "ephemeral_public": "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
    "recipient_public": "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
    "plaintext": "4265617574792069732074727574682c20747275746820626561757479",
    "additional": "436f756e742d30",
    "ciphertext": "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
}
SEAL_VECTOR = """async (vector) => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const base64 = (hex) => btoa(String.fromCharCode(...bytes(hex)));
  const base64url = (hex) => base64(hex).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const key = { kty: "OKP", crv: "X25519", x: base64url(vector.ephemeral_public) };
  const own = { ...key, d: base64url(vector.ephemeral_private) };
  const ephemeral = {
    privateKey: await crypto.subtle.importKey("jwk", own, { name: "X25519" }, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("jwk", key, { name: "X25519" }, true, []),
  };
  const sealed = await hpke.seal(bytes(vector.recipient_public), bytes(vector.info), bytes(vector.plaintext), {
    ephemeral, aead: { id: [0, 1], keyBytes: 16 }, additional: bytes(vector.additional),
  });
  return [...sealed].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}"""
SEAL = """async ([key, info, text]) => {
  const bytes = (values) => Uint8Array.from(values);
  const sealed = await hpke.seal(bytes(key), bytes(info), new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...sealed));
}"""


@pytest.fixture
def sealing_page(page: Page, live_server: str) -> Page:
    """A page that may use Web Crypto, with the script and nothing else."""
    page.goto(f"{live_server}/healthz")
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    return page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_vector_of_the_standard(sealing_page: Page) -> None:
    assert sealing_page.evaluate(SEAL_VECTOR, VECTOR) == VECTOR["ephemeral_public"] + VECTOR["ciphertext"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", ["", "{}", json.dumps({"name": "Ñusta Velásquez 😀" * 5000})])
def test_the_server_opens_what_the_browser_seals(sealing_page: Page, text: str) -> None:
    private_key = X25519PrivateKey.generate()
    public = list(private_key.public_key().public_bytes_raw())
    if len(text) > 10_000:
        text = text[:20_000]
    sealed = [b64decode(sealing_page.evaluate(SEAL, [public, list(INFO), text])) for _time in range(2)]
    assert sealed[0] != sealed[1]  # a key pair of its own each time
    assert [SUITE.decrypt(part, private_key, INFO).decode() for part in sealed] == [text, text]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_key_that_would_give_no_secret_is_refused(sealing_page: Page) -> None:
    script = "hpke.seal(new Uint8Array(32), new Uint8Array(1), new Uint8Array(1)).then(() => 'sealed', () => 'refused')"
    assert sealing_page.evaluate(script) == "refused"
