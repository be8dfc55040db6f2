// A second tap on a slow network must not send a form twice: its buttons rest until the page answers or is shown again.
const RETRY_AFTER_MS = 10_000; // a form answered by a download leaves the page in place

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button[data-resting]")) {
    button.disabled = false;
    delete button.dataset.resting;
  }
}

function rest(form) {
  for (const button of form.querySelectorAll('button[type="submit"]:not(:disabled)')) {
    button.disabled = true;
    button.dataset.resting = "";
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-once]")) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  // Later, because the pressed button's own name and value must still be sent.
  setTimeout(() => rest(form));
  setTimeout(() => release(form), RETRY_AFTER_MS);
});

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
