// A kiosk without network numbers its turns itself, under its own letter, so that no code is given twice. What the visitor
// said is sealed and waits in the outbox; the server takes over the turn as the kiosk gave it.
const KIOSK = "kiosk"; // whose captures they are: nobody is signed in on a kiosk
const SEND_EVERY_MS = 5_000;
const REFRESH_EVERY_MS = 10 * 60_000;
const { point, letter } = document.querySelector("[data-kiosk-device]").dataset;

async function keepKey() {
  const reply = await fetch(`/api/v1/points/${point}/key`, { cache: "no-store", redirect: "error" });
  if (!reply.ok) return;
  const now = reply.headers.get("Date");
  await outbox.keepKit({ user: KIOSK, key: await reply.json(), point: { code: point }, references: [], letter, now });
}

async function refresh() {
  const registration = await navigator.serviceWorker?.register("/service-worker.js");
  registration?.active?.postMessage({ type: "refresh", language: document.documentElement.lang });
  await keepKey();
}

// Taken before the turn is shown, and never given again: a number may be left out, and none comes twice in a day.
async function takeCode(day) {
  const number = await outbox.takeNumber(KIOSK, day);
  return `${letter}-${String(number).padStart(3, "0")}`;
}

async function giveTurn({ id, details, issued_at, showTurn, showTrouble }) {
  try {
    const agent = await outbox.findAgent(KIOSK);
    const code = await takeCode(captures.describeTime(captures.readClock(agent)).day);
    const row = await captures.keep(KIOSK, id, { turn: { id, code, issued_at, details } }, code);
    showTurn({ code: row.reference }); // of the same try, if it was made before
  } catch {
    showTrouble();
  }
}

document.addEventListener("kiosk:unreachable", (event) => {
  if (!letter) return; // a device without a letter of its own cannot number turns
  event.preventDefault();
  giveTurn(event.detail);
});
const send = () => outbox.send().catch(() => {});
refresh().catch(() => {});
send();
addEventListener("online", () => outbox.send({ now: true }).catch(() => {}));
setInterval(send, SEND_EVERY_MS);
setInterval(() => refresh().catch(() => {}), REFRESH_EVERY_MS);
