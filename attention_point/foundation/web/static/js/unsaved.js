// Warns who leaves a page with something typed and not sent. data-unsaved="dirty": an answer that the server sent back.
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let dirty = form.dataset.unsaved === "dirty";
  form.addEventListener("input", () => (dirty = true));
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
