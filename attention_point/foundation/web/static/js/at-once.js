// data-at-once: the page to which a form leads comes with the reply to the form, in one trip over a slow line. That page
// takes the address under which it can be opened, so that going back and reloading find it.
const path = document.documentElement.dataset.path;
if (path && new URLSearchParams(location.search).has("at-once")) history.replaceState(null, "", path);

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  // A button that leads to a part of a page ("edit#phone") is left to the browser, which goes to that part.
  if (event.defaultPrevented || !form.matches("form[data-at-once]") || button?.value.includes("#")) return;
  const [element, name] = button?.hasAttribute("formaction") ? [button, "formaction"] : [form, "action"];
  const address = new URL(element.getAttribute(name), location.href);
  address.searchParams.set("at-once", "");
  element.setAttribute(name, address.pathname + address.search);
});

// A blank box says as much as one that is not sent; in a row of somebody who came along, it says that there is a row.
document.addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches("form[data-at-once]")) return;
  for (const name of new Set(formData.keys()))
    if (!name.startsWith("companions-") && formData.getAll(name).every((value) => value === "")) formData.delete(name);
});
