// data-show-when="name=value" or "name=a|b": shown only while the field of that name, in the same form, has the value;
// "name" alone: while it has any.
// A hidden section is disabled too: what the agent does not see is not sent; what was typed in it returns with it.
function valuesOf(form, name) {
  return [...form.elements]
    .filter((element) => element.name === name)
    .filter((element) => !["radio", "checkbox"].includes(element.type) || element.checked)
    .map((element) => element.value);
}

function disable(section, hidden) {
  const controls = section.matches("fieldset") ? [section] : section.querySelectorAll("input, select, textarea, fieldset");
  for (const control of controls) control.disabled = hidden;
}

function update(form) {
  for (const section of form.querySelectorAll("[data-show-when]")) {
    const [name, wanted] = section.dataset.showWhen.split("=");
    const given = valuesOf(form, name);
    const hidden = !(wanted ? wanted.split("|").some((value) => given.includes(value)) : given.some((value) => value.trim()));
    section.hidden = hidden;
    disable(section, hidden);
  }
}

for (const form of new Set([...document.querySelectorAll("form [data-show-when]")].map((part) => part.closest("form")))) {
  update(form);
  form.addEventListener("input", () => update(form));
  form.addEventListener("change", () => update(form));
}
// A browser that goes back restores the answers after the page has run.
window.addEventListener("pageshow", () =>
  document.querySelectorAll("form:has([data-show-when])").forEach(update),
);
