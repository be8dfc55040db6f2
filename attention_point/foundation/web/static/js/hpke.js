// Seals a text to a public key by HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Every
// primitive is the browser's own (Web Crypto); this file is the standard's key schedule (sections 4 and 5) and no more.
// It seals one message a key and cannot open: what is sealed here only the server reads.
globalThis.hpke = (() => {
  const KEM = [0x00, 0x20];
  const KDF = [0x00, 0x01];
  const AES_256_GCM = { id: [0x00, 0x02], keyBytes: 32 };
  const NONCE_BYTES = 12;
  const HASH_BYTES = 32;
  const NOTHING = new Uint8Array();

  const bytesOf = (text) => new TextEncoder().encode(text);
  const join = (...parts) => {
    const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.reduce((offset, part) => (joined.set(part, offset), offset + part.length), 0);
    return joined;
  };

  async function hmac(key, message) {
    // A key of no bytes is the same as one of zeros, which Web Crypto takes (RFC 2104, section 2).
    const raw = key.length ? key : new Uint8Array(HASH_BYTES);
    const imported = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
  }

  const extract = (suite, salt, label, keyMaterial) =>
    hmac(salt, join(bytesOf("HPKE-v1"), suite, bytesOf(label), keyMaterial));

  // Of no more bytes than one hash, so that one round of HKDF is enough (RFC 5869, section 2.3).
  async function expand(suite, key, label, info, length) {
    const labelled = join([length >> 8, length & 255], bytesOf("HPKE-v1"), suite, bytesOf(label), info, [1]);
    return (await hmac(key, labelled)).slice(0, length);
  }

  async function encapsulate(publicKey, ephemeral) {
    const recipient = await crypto.subtle.importKey("raw", publicKey, { name: "X25519" }, false, []);
    const { privateKey, publicKey: own } = ephemeral;
    // Web Crypto refuses a public key that would make the secret all zeros.
    const secret = await crypto.subtle.deriveBits({ name: "X25519", public: recipient }, privateKey, 256);
    const encapsulated = new Uint8Array(await crypto.subtle.exportKey("raw", own));
    const suite = join(bytesOf("KEM"), KEM);
    const key = await extract(suite, NOTHING, "eae_prk", new Uint8Array(secret));
    const context = join(encapsulated, publicKey);
    return { encapsulated, shared: await expand(suite, key, "shared_secret", context, HASH_BYTES) };
  }

  async function scheduleKey(shared, info, aead) {
    const suite = join(bytesOf("HPKE"), KEM, KDF, aead.id);
    const context = join(
      [0],
      await extract(suite, NOTHING, "psk_id_hash", NOTHING),
      await extract(suite, NOTHING, "info_hash", info),
    );
    const secret = await extract(suite, shared, "secret", NOTHING);
    return {
      key: await expand(suite, secret, "key", context, aead.keyBytes),
      nonce: await expand(suite, secret, "base_nonce", context, NONCE_BYTES),
    };
  }

  // Returns the encapsulated key and the ciphertext, one after the other. `ephemeral`, `aead` and `additional` are for the
  // standard's test vectors alone: a key pair is never used twice.
  async function seal(publicKey, info, message, { ephemeral, aead = AES_256_GCM, additional = NOTHING } = {}) {
    const pair = ephemeral ?? (await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]));
    const { encapsulated, shared } = await encapsulate(publicKey, pair);
    const { key, nonce } = await scheduleKey(shared, info, aead);
    const cipher = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
    const algorithm = { name: "AES-GCM", iv: nonce, additionalData: additional };
    return join(encapsulated, new Uint8Array(await crypto.subtle.encrypt(algorithm, cipher, message)));
  }

  const isSupported = async () => {
    try {
      await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
      return true;
    } catch {
      return false; // an old browser, or a page that did not come over TLS
    }
  };

  return Object.freeze({ seal, isSupported });
})();
