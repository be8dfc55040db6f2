// A button marked data-fill writes what it carries (data-fill-NAME) into the fields of that name; it appears only where
// scripts run. The form is not sent: one sees first what was filled in.
for (const button of document.querySelectorAll("button[data-fill]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const form = document.querySelector("main form");
    for (const [key, value] of Object.entries(button.dataset)) {
      const field = key.startsWith("fill") && form?.elements.namedItem(key.slice(4).toLowerCase());
      if (field) field.value = value;
    }
    form?.querySelector("[type=submit]")?.focus();
  });
}
