// A field marked data-from-fragment takes what stands behind the # of the address, as a QR code brings it, and the
// address loses it: it is a secret, and the next person on this tablet could go back to it.
const field = document.querySelector("[data-from-fragment]");
const code = decodeURIComponent(location.hash.slice(1));
if (field && code && code.length <= 50) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
  field.form.querySelector("[type=submit]")?.focus();
}
