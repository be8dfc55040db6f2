// Warns who leaves a page with something typed that is neither sent nor kept on the server (draft.js says "kept").
// data-unsaved="dirty": an answer that the server sent back.
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let dirty = form.dataset.unsaved === "dirty" && !form.querySelector("[data-draft]");
  form.addEventListener("input", () => (dirty = true));
  form.addEventListener("kept", () => (dirty = false));
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
