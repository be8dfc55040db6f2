// The page of the outbox: what waits on this tablet, the receipts, and what the server refused, of who works on it now.
const MOST_SHOWN = 50;
const REST_MS = 1_000; // between two pictures, while hundreds are sent
const words = document.querySelector("[data-words]").dataset;
const part = (name) => document.querySelector(`[${name}]`);
const rowsOf = (section) => part(`data-rows="${section}"`).querySelector("tbody");
const shown = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short", timeZone: "America/Bogota" });
const describe = (moment) => (moment ? shown.format(new Date(moment)) : "");

function addRow(body, cells) {
  const row = body.insertRow();
  const heads = body.parentElement.tHead.rows[0].cells;
  cells.forEach((content, column) => {
    const cell = row.insertCell();
    cell.dataset.label = heads[column].textContent;
    cell.append(...[content].flat());
  });
}

function makeButton(text, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--second";
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}

function makeLink(text, address) {
  const link = document.createElement("a");
  link.className = "button";
  link.href = address;
  link.textContent = text;
  return link;
}

function fill(section, rows, describeRow, total = rows.length) {
  const body = rowsOf(section);
  body.replaceChildren();
  for (const row of rows) addRow(body, describeRow(row));
  part(`data-count="${section}"`).textContent = `(${total})`;
  part(`data-rows="${section}"`).hidden = !rows.length;
  const empty = part(`data-empty="${section}"`);
  if (empty) empty.hidden = rows.length > 0;
}

function describeRefusal({ refusal }) {
  if (refusal.fields.length) return words.why.replace("{number}", refusal.fields.length);
  if (refusal.kept) return words.whyKept; // the reply that told the fields was lost; the receipt names none
  return words.whyOther.replace("{status}", refusal.status);
}

// What the server keeps too is corrected there. What it does not keep stays here until somebody sends it again.
function offerActions({ user, sequence, id, refusal }) {
  const remove = makeButton(words.remove, () => outbox.removeRefused(user, sequence).then(show));
  if (refusal.kept) return [makeLink(words.open, `/captures/${id}`), remove];
  return [makeButton(words.again, () => outbox.sendAgain(user, sequence).then(show))];
}

function showPause(pause, waiting) {
  const isOffline = document.documentElement.dataset.connection === "offline" || pause?.status === 0;
  const denied = [401, 403].includes(pause?.status);
  const code = !waiting ? "" : isOffline ? "offline" : denied ? (pause.code === "device_revoked" ? "revoked" : "sign-in") : pause ? "server" : "";
  for (const notice of document.querySelectorAll("[data-pause]")) notice.hidden = notice.dataset.pause !== code;
}

async function showWhose(user) {
  const agent = user && (await outbox.findAgent(user));
  const whose = part("data-whose");
  whose.hidden = !agent;
  whose.textContent = whose.dataset.whose.replace("{initials}", agent?.initials ?? "");
  part("data-whose-nobody").hidden = Boolean(agent);
  part("data-leave").hidden = !agent;
}

let isDrawing = false;
let isOld = false;

async function show() {
  isOld = true;
  if (isDrawing) return;
  isDrawing = true;
  while (isOld) {
    isOld = false;
    await draw();
    if (isOld) await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  isDrawing = false;
}

async function draw() {
  const user = await outbox.findCurrentUser();
  const own = user ? await outbox.listCaptures(user, MOST_SHOWN) : [];
  const { own: waiting, others, pause } = await outbox.count(user);
  fill("waiting", own.filter((row) => row.state === "waiting"), (row) => [row.sequence, describe(row.captured_at), row.reference ?? ""], waiting);
  fill("refused", own.filter((row) => row.state === "refused"), (row) => [
    row.sequence, describe(row.captured_at), row.reference ?? "", describeRefusal(row), offerActions(row),
  ]);
  part('data-section="refused"').hidden = !own.some((row) => row.state === "refused");
  const receipts = (await outbox.list("receipts")).filter((row) => row.user === user).sort((a, b) => b.sequence - a.sequence);
  fill("receipts", receipts.slice(0, MOST_SHOWN), (row) => [
    row.sequence, describe(row.captured_at), describe(row.received_at), row.reference ?? "", words[row.state] ?? row.state,
  ], receipts.length);
  const further = part("data-others");
  further.hidden = !others;
  further.textContent = further.dataset.others.replace("{number}", others);
  part('data-rows-only="waiting"').hidden = !(waiting + others);
  showPause(pause, waiting + others);
  await showWhose(user);
}

part("data-send").addEventListener("click", () => outbox.send({ now: true }).then(show));
part("data-leave").addEventListener("click", async ({ currentTarget: button }) => {
  if (!globalThis.confirm(button.dataset.confirmLeave)) return;
  await outbox.setCurrentUser(null);
  await show();
});
outbox.onChange(show);
document.addEventListener("network", show);
const asked = outbox.findCurrentUser().then((user) => user && navigator.onLine && outbox.askAboutRefused(user, MOST_SHOWN));
asked.catch(() => {}); // the list says what is known
captures.findProblems(null).then((problems) => captures.showProblems(problems.filter((problem) => problem !== "nobody")));
show();
