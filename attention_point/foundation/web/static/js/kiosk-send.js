// Asks the server for the visitor's turn. Where the server cannot be reached, the part of the program that works without
// network may take the turn and show one of its own ("kiosk:unreachable", docs/decisions/0041).
const { turnsUrl } = document.querySelector("[data-start]").dataset;
const PATIENCE_MS = 8000;

// JSON from a page of this site needs no form token: a page that stood open for days, or came from the service worker,
// has an old one.
function askForTurn(turn) {
  return fetch(turnsUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(turn),
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

function isKeptByTablet({ turn, showTurn, showTrouble }) {
  const issuedAt = new Date().toISOString();
  const detail = {
    ...turn,
    issued_at: issuedAt,
    showTurn: (given) => showTurn({ issued_at: issuedAt, ahead: null, qr: null, ...given }),
    showTrouble: () => showTrouble("unreachable"),
  };
  return !document.dispatchEvent(new CustomEvent("kiosk:unreachable", { cancelable: true, detail }));
}

document.addEventListener("kiosk:finished", async ({ detail }) => {
  let trouble = "unreachable";
  try {
    const reply = await askForTurn(detail.turn);
    if (reply.ok) return detail.showTurn(await reply.json());
    if (reply.status < 500) trouble = reply.status === 429 ? "busy" : "refused";
  } catch {
    // No network, no reply in time, or a reply that was cut off: asked again, it is the same turn.
  }
  if (trouble !== "unreachable" || !isKeptByTablet(detail)) detail.showTrouble(trouble);
});
