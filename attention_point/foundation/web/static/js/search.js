// The search answers as one types. Without this script its button does the same. What is typed goes by POST and stands in
// no address. Who leaves by a result finds the results again by going back: the search is kept on the server then.
const PAUSE_MS = 350; // between two letters of somebody who types slowly
const FEWEST_CHARACTERS = 3; // fewer would show half of all the people

function searchAsTyped(box) {
  const { form } = box;
  const results = document.getElementById(box.dataset.search);
  const blank = form.querySelector("[data-search-blank]"); // leads to an empty form, without what was typed
  let timer;
  let running;
  let answered = box.value.trim();

  const show = (nodes) => results.replaceChildren(...nodes);

  const say = (text) => {
    const line = document.createElement("p");
    line.setAttribute("role", "status");
    line.textContent = text;
    return line;
  };

  // The page gets the address of the kept search, so that going back and reloading show it.
  const keep = () => {
    fetch(results.dataset.kept, { method: "POST", body: new FormData(form), redirect: "error", keepalive: true }).catch(() => null);
    history.replaceState(history.state, "", results.dataset.kept);
  };

  async function search() {
    const typed = box.value.trim();
    running?.abort();
    const controller = new AbortController();
    running = controller;
    const fields = new FormData(form);
    fields.set("at_once", "yes");
    try {
      results.setAttribute("aria-busy", "true");
      const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual", signal: controller.signal });
      // A session that ended leads elsewhere, and an error has a page of its own: the button shows both.
      if (answer.status !== 200 && answer.status !== 422) throw new Error("no results");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      answered = typed;
      const error = page.getElementById(`${box.id}-error`);
      show(error ? [say(error.textContent.trim())] : page.getElementById(results.id).childNodes);
    } catch (error) {
      if (error.name !== "AbortError") show([say(results.dataset.failed)]);
    } finally {
      if (running === controller) results.removeAttribute("aria-busy");
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    const typed = box.value.trim();
    if (blank) blank.hidden = Boolean(typed);
    if (typed.length < FEWEST_CHARACTERS) {
      running?.abort();
      answered = "";
      show([]); // what stands there belongs to another text
    }
    if (typed.length < FEWEST_CHARACTERS || typed === answered) return;
    timer = setTimeout(search, PAUSE_MS);
  });
  // Enter, the button and a scanner's line end ask at once; the page stays.
  form.addEventListener("submit", (event) => {
    if (!box.value.trim()) return;
    event.preventDefault();
    clearTimeout(timer);
    keep();
    search();
  });
  results.addEventListener("click", (event) => event.target.closest("a, button") && keep());
}

const box = document.querySelector("input[data-search]");
if (box) searchAsTyped(box);

// "/" leads to the search from everywhere, unless one is writing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const target = box ?? document.getElementById("search-everything");
  if (!target) return;
  event.preventDefault();
  target.focus();
});
