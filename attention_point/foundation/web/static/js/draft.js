// Keeps an unfinished form on the server, so that a flat battery or a session that ends takes nothing of it. Nothing is
// stored in the browser. <p data-draft="address" data-check="address" data-kept="…" data-failed="…" data-large="…">
const PAUSE_MS = 3_000; // after the last change: the agent speaks with the person
const INTERVAL_MS = 20_000; // between two times, so that a slow line is left to the pages
const LARGEST = 1_900_000; // characters; the server takes 2 MB

function read(form) {
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  return new URLSearchParams(fields).toString();
}

function keep(note) {
  const form = note.closest("form");
  let kept = read(form);
  // A form that was made anew for another day has questions of which the server knows nothing yet.
  let isKept = note.dataset.draft === location.pathname && !form.elements.asked_on;
  let keptAt = 0;
  let timer = 0;
  let running; // of an earlier state: it must not reach the server after the form itself

  const say = (text) => {
    if (note.textContent !== text) note.textContent = text;
  };
  const send = async (leaving) => {
    clearTimeout(timer);
    const fields = read(form);
    if (fields === kept || "sent" in form.dataset) return;
    if (fields.length > LARGEST) return say(note.dataset.large);
    keptAt = Date.now();
    running?.abort();
    const controller = (running = new AbortController());
    const body = new URLSearchParams(fields);
    // A page that goes may take 64 kB along, no more (fetch standard, keepalive).
    const keepalive = leaving && fields.length < 60_000;
    const options = { method: "POST", body, keepalive, redirect: "error", signal: controller.signal };
    const reply = await fetch(note.dataset.draft, options).catch(() => null);
    if (running !== controller) return;
    if (reply?.status !== 204) {
      say(note.dataset.failed);
      // A refusal stays one; a line that broke or a busy server may be better in a while.
      if (!reply || reply.status >= 500) plan();
      return;
    }
    kept = fields;
    isKept = true;
    say(`${note.dataset.kept} ${new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })}`);
    if (read(form) === kept) form.dispatchEvent(new Event("kept"));
    else plan();
  };
  const plan = () => {
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(PAUSE_MS, keptAt + INTERVAL_MS - Date.now()));
  };
  form.addEventListener("input", plan);
  form.addEventListener("change", plan);
  document.addEventListener("visibilitychange", () => document.hidden && send(true));
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    clearTimeout(timer);
    running?.abort();
    running = null;
    if (event.submitter?.hasAttribute("formaction")) return;
    if (read(form).length > LARGEST) {
      event.preventDefault();
      say(note.dataset.large);
      note.focus();
    } else if (isKept && read(form) === kept) {
      // All of it is on the server: the next page need not wait until it is sent once more.
      event.preventDefault();
      form.dispatchEvent(new Event("kept"));
      location.assign(note.dataset.check);
    }
  });
}

document.querySelectorAll("[data-draft]").forEach(keep);
