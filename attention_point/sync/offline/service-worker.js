// The service worker: without network it shows the shells that it keeps, and it sends what waits. A shell is a page without
// a person in it. No other page is ever kept, and nothing that somebody typed is written anywhere.
// The server puts the line that loads outbox.js above; its address changes with the release, and so does this file.
const CACHE = "offline";
const SHELLS = { form: "/offline/form", kiosk: "/kiosk", outbox: "/offline/outbox" };
const FILES = /^\/(static|lists)\//; // each address carries a hash of the content
const REFERENCES = /(?:src|href|data-list)="(\/(?:static|lists)\/[^"]+)"/g;
const PATIENCE_MS = 8_000; // a network that says it is there and brings nothing
const GATEWAY_ERRORS = [502, 504]; // of a proxy before a server that is down

const listFiles = (text) => [...text.matchAll(REFERENCES)].map((match) => match[1].replaceAll("&amp;", "&"));

async function keepFile(cache, address) {
  if (await cache.match(address)) return;
  const reply = await fetch(address, { cache: "default" });
  if (!reply.ok) throw new Error(`no ${address}`);
  await cache.put(address, reply);
}

// A shell replaces the one before only when every file that it names is here: an update that breaks off changes nothing.
// A shell that this tablet may not have (a kiosk has no form) is not there; one that it had stays.
async function refresh() {
  const cache = await caches.open(CACHE);
  for (const address of Object.values(SHELLS)) {
    const reply = await fetch(address, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
    if (!reply.ok) continue;
    const text = await reply.clone().text();
    for (const file of listFiles(text)) await keepFile(cache, file);
    await cache.put(address, reply);
  }
  await prune(cache);
}

async function prune(cache) {
  const shells = await Promise.all(Object.values(SHELLS).map((address) => cache.match(address)));
  const texts = await Promise.all(shells.filter(Boolean).map((reply) => reply.text()));
  const needed = new Set([...Object.values(SHELLS), ...texts.flatMap(listFiles)]);
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url);
    if (!needed.has(pathname + search)) await cache.delete(request);
  }
}

async function noteRefresh(language) {
  await refresh();
  await outbox.write("state", { name: "shells", language, at: Date.now() });
}

function chooseShell(path) {
  if (/^\/(visits\/(new|check)|offline\/form)(\/|$)/.test(path)) return SHELLS.form;
  if (/^\/(offline\/)?kiosk(\/|$)/.test(path)) return SHELLS.kiosk;
  return SHELLS.outbox;
}

async function findShell(path) {
  const cache = await caches.open(CACHE);
  for (const address of [chooseShell(path), SHELLS.outbox, SHELLS.kiosk]) {
    const reply = await cache.match(address);
    if (reply) return reply;
  }
  return null;
}

// What was typed into the form of the desk when the line broke: held in memory until the shell of the form, which is shown
// in its place, has taken it over. No other page gets it: the tablet may be another agent's by then.
let typed = null;

async function readTyped(request, path) {
  if (request.method !== "POST" || path !== "/visits/check") return null;
  const fields = await request.clone().formData();
  return [...fields].filter(([, value]) => typeof value === "string");
}

// Only where the tablet has the page itself: a large report may take longer.
function giveUp(request, pathname) {
  const hasShell = chooseShell(pathname) !== SHELLS.outbox || ["/", "/desk", SHELLS.outbox].includes(pathname);
  return new Promise((_resolve, reject) => {
    if (request.method === "GET" && hasShell) setTimeout(() => reject(new Error("no answer")), PATIENCE_MS);
  });
}

// The server first, always: a shell is what is shown when nobody answers.
async function navigate({ request, resultingClientId }) {
  const { pathname } = new URL(request.url);
  const fields = await readTyped(request, pathname);
  const shell = await findShell(pathname);
  try {
    const reply = await Promise.race(shell ? [fetch(request), giveUp(request, pathname)] : [fetch(request)]);
    // A tablet that was taken out of service still shows what waits on it.
    const isRefused = reply.status === 401 && pathname.startsWith("/offline/");
    if (!shell || !(isRefused || GATEWAY_ERRORS.includes(reply.status))) return reply;
  } catch {
    // shown below
  }
  typed = shell && { fields, client: resultingClientId };
  return shell ?? Response.error();
}

async function findFile(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(refresh().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(event));
  else if (request.method === "GET" && FILES.test(pathname)) event.respondWith(findFile(request));
});

addEventListener("message", (event) => {
  if (event.data.type === "refresh") event.waitUntil(noteRefresh(event.data.language).catch(() => {}));
  if (event.data.type === "typed") {
    event.ports[0].postMessage(typed?.client === event.source.id ? typed.fields : null);
    typed = null;
  }
});

// The browser calls when the network is back, also with no page open. What still waits afterwards is asked for again.
addEventListener("sync", (event) => {
  if (event.tag !== "outbox") return;
  const send = async () => {
    await outbox.send({ now: true });
    if ((await outbox.findNextTry()) !== null) throw new Error("captures wait");
  };
  event.waitUntil(send());
});
