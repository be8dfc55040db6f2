// Asks the browser for a passkey and sends its reply with the form. The server gives the options and reads the reply
// as JSON, whose bytes are base64url: browsers of before 2024 do not convert them by themselves.
const button = document.querySelector("[data-passkey]");

function toBytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toText(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function readOptions(options) {
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    for (const credential of list ?? []) credential.id = toBytes(credential.id);
  }
  return options;
}

function writeReply(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response,
  });
}

function say(name) {
  const place = button.parentElement.querySelector("[data-passkey-said]");
  place.textContent = place.dataset[name];
  place.hidden = false;
}

async function use() {
  const publicKey = readOptions(JSON.parse(button.dataset.passkeyOptions));
  button.disabled = true;
  try {
    const credential = await navigator.credentials[button.dataset.passkey]({ publicKey });
    const field = document.getElementById(button.dataset.passkeyField);
    field.value = writeReply(credential);
    field.form.requestSubmit();
  } catch (error) {
    button.disabled = false;
    // A device that is to make a second passkey for the account says so by this name (WebAuthn §5.1.3).
    say(error.name === "InvalidStateError" ? "known" : "failed");
  }
}

if (button) {
  button.hidden = false;
  if (window.PublicKeyCredential) button.addEventListener("click", use);
  else {
    button.disabled = true;
    say("unknown");
  }
}
