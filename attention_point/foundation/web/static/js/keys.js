// In a form of many fields, Enter leads to the next field, as the keyboard of a tablet offers it, and sends nothing. A
// tapped type of document leads to its number, with the keypad where the number has digits alone.
const FIELDS = "input:not([type=hidden]), select, textarea, summary, button[type=submit]";

for (const form of document.querySelectorAll("form[data-keys]")) {
  for (const box of form.querySelectorAll("input[type=text]")) box.enterKeyHint = "next";
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    event.preventDefault();
    const visible = [...form.querySelectorAll(FIELDS)].filter((field) => field.checkVisibility() && !field.disabled);
    const group = event.target.type === "radio" ? event.target.name : null;
    const following = visible.slice(visible.indexOf(event.target) + 1);
    following.find((field) => !group || field.name !== group)?.focus();
  });
  for (const types of form.querySelectorAll("[data-leads-to]")) {
    const number = document.getElementById(types.dataset.leadsTo);
    types.addEventListener("change", (event) => {
      number.inputMode = event.target.dataset.keypad ?? "text";
    });
    types.addEventListener("click", (event) => {
      // By a finger or a mouse, not by the arrow keys, which go through the types one by one.
      if (event.target.matches("input:checked") && event.target.value && event.pointerType) number.focus();
    });
  }
}
