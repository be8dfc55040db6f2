// Keeps the list of turns up to date without a tap: a few bytes every five seconds, and the page's own part anew when
// something changed. It does not count as use of the session, which ends when nobody touches the tablet.
// <div id="queue" data-turns="address" data-tag="…" data-lost="…">, <p data-turns-lost>
const INTERVAL_MS = 5_000;
const BACKGROUND = { "Session-Use": "none" };
const queue = document.querySelector("[data-turns]");
const note = document.querySelector("[data-turns-lost]");

async function fetchOrThrow(address) {
  const reply = await fetch(address, { headers: BACKGROUND, cache: "no-store", redirect: "error" });
  if (!reply.ok) throw new Error(reply.status);
  return reply;
}

// A finger or the keyboard may be on a button at this moment: it must not change under it.
const isBusy = () => document.querySelector("dialog[open], form[data-sent]") || queue.matches(":active");

function put(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("queue");
  if (!fresh || isBusy()) return;
  const focused = queue.contains(document.activeElement) ? describe(document.activeElement) : null;
  queue.replaceChildren(...fresh.childNodes);
  Object.assign(queue.dataset, fresh.dataset);
  if (focused) [...queue.querySelectorAll("a, button, [tabindex]")].find((element) => describe(element) === focused)?.focus();
}

const describe = (element) => `${element.tagName} ${element.closest("form")?.action ?? element.href ?? ""} ${element.textContent.trim()}`;

async function refresh() {
  if (document.hidden) return;
  try {
    const { tag } = await (await fetchOrThrow(queue.dataset.turns)).json();
    if (tag !== queue.dataset.tag) put(await (await fetchOrThrow(location.pathname + location.search)).text());
    note.textContent = "";
  } catch {
    note.textContent = queue.dataset.lost;
  }
}

if (queue) {
  setInterval(refresh, INTERVAL_MS);
  document.addEventListener("visibilitychange", refresh);
}
