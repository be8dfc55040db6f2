// The badge of every page: whether there is a network, and how many captures wait. On an enrolled tablet it also keeps the
// agent's kit fresh, looks after the service worker, and sends what waits. <… data-network data-user data-initials
// data-device data-shell>: `device` where the tablet is enrolled, `shell` on a page that came out of the tablet itself.
const PING_MS = 15_000; // while there is no network
const KIT_FRESH_MS = 5 * 60_000;
const SHELLS_FRESH_MS = 10 * 60_000;
const FEW_REFERENCES = 10;
const SOONEST_MS = 250;
const LATEST_MS = 60_000;
const badge = document.querySelector("[data-network]");

function showState(isOnline) {
  const state = isOnline ? "online" : "offline";
  if (document.documentElement.dataset.connection === state) return;
  document.documentElement.dataset.connection = state;
  for (const words of badge.querySelectorAll("[data-network-state]")) words.hidden = words.dataset.networkState !== state;
  badge.hidden = false;
  document.dispatchEvent(new CustomEvent("network", { detail: { isOnline } }));
}

const ping = () =>
  fetch("/healthz", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(10_000) })
    .then((reply) => reply.status < 502)
    .catch(() => false);

async function check() {
  const isOnline = navigator.onLine && (await ping());
  const wasOnline = document.documentElement.dataset.connection === "online";
  showState(isOnline);
  if (isOnline && !wasOnline) await startUp(true);
}

// --- on an enrolled tablet

async function refreshKit(user) {
  const kept = await outbox.findAgent(user);
  const isFresh = kept && Date.now() - kept.received_at < KIT_FRESH_MS && kept.references.length >= FEW_REFERENCES;
  if (isFresh && (await outbox.findCurrentUser()) === user) return;
  await navigator.locks.request("kit", async () => {
    const reply = await fetch("/offline/kit", { headers: { Accept: "application/json" }, cache: "no-store", redirect: "error" });
    if (reply.status === 401 || reply.status === 403) return outbox.setCurrentUser(null);
    const kit = reply.ok ? await reply.json() : null;
    if (kit?.user !== user) return; // a page of an account that has left the browser
    await outbox.keepKit({ ...kit, initials: kit.initials ?? badge.dataset.initials });
    await outbox.setCurrentUser(user);
  });
}

async function refreshShells() {
  const registration = await navigator.serviceWorker?.register("/service-worker.js").catch(() => null);
  if (!registration?.active) return; // a new one fetches them by itself
  const language = document.documentElement.lang;
  const kept = await outbox.read("state", "shells");
  if (kept?.language === language && Date.now() - kept.at < SHELLS_FRESH_MS) return;
  registration.active.postMessage({ type: "refresh", language });
}

async function showCounts() {
  const user = badge.dataset.user || (await outbox.findCurrentUser());
  const { own, others, refused } = await outbox.count(user);
  const waiting = badge.querySelector("[data-network-waiting]");
  waiting.textContent = waiting.dataset.networkWaiting.replace("{number}", own + others);
  waiting.hidden = false;
  const problem = badge.querySelector("[data-network-refused]");
  problem.hidden = !refused;
  problem.lastElementChild.textContent = problem.dataset.networkRefused.replace("{number}", refused);
}

let timer;
let isSyncAsked = false;

// Also without this page, and once the browser believes that there is a network: the worker sends what is left.
async function askForSync(isWaiting) {
  if (isWaiting === isSyncAsked) return;
  isSyncAsked = isWaiting;
  const registration = await navigator.serviceWorker?.getRegistration();
  if (isWaiting) await registration?.sync?.register("outbox").catch(() => {});
}

async function follow() {
  clearTimeout(timer);
  await showCounts();
  const next = await outbox.findNextTry();
  clearTimeout(timer);
  if (next !== null) timer = setTimeout(() => sendWaiting(), Math.min(Math.max(next - Date.now(), SOONEST_MS), LATEST_MS));
  await askForSync(next !== null);
}

async function sendWaiting(now = false) {
  if (document.documentElement.dataset.connection === "online") await outbox.send({ now });
  const pause = await outbox.read("state", "pause");
  if (pause?.status === 0 && pause.until > Date.now()) showState(false); // the last try found nobody
  await follow();
}

async function startUp(now) {
  if (!("device" in badge.dataset)) return;
  try {
    await outbox.open();
    const { user } = badge.dataset;
    // A page of the server without an account: whoever worked here has signed out.
    if (user) await refreshKit(user).catch(() => {});
    else if (!("shell" in badge.dataset)) await outbox.setCurrentUser(null);
    await showCounts();
    const pause = await outbox.read("state", "pause");
    await sendWaiting(now || pause?.status === 401 || pause?.status === 403);
    await refreshShells();
  } catch {
    badge.querySelector("[data-network-storage]").hidden = false; // IndexedDB is denied: the form says what to do
  }
}

if (badge) {
  showState(navigator.onLine && !("shell" in badge.dataset));
  addEventListener("offline", () => showState(false));
  addEventListener("online", check);
  setInterval(() => document.documentElement.dataset.connection === "offline" && !document.hidden && check(), PING_MS);
  document.addEventListener("visibilitychange", () => document.hidden || check());
  if ("device" in badge.dataset) {
    outbox.onChange(follow);
  }
  if ("shell" in badge.dataset) startUp(false).then(check);
  else startUp(false);
}
