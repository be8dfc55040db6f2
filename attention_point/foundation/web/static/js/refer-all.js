// data-refer-all: a button that ticks "Refer" (data-refer-all-choice) in the whole form and leads to the button that
// saves. The form is not sent: one sees first what was decided. Without this script the server does it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-refer-all]");
  if (!button) return;
  event.preventDefault();
  for (const choice of button.form.querySelectorAll("[data-refer-all-choice]")) choice.checked = true;
  for (const name of ["input", "change"]) button.form.dispatchEvent(new Event(name, { bubbles: true }));
  button.form.querySelector(".action-bar [type=submit]")?.focus({ preventScroll: true });
});
