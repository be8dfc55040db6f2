// The kiosk in one page: one question at a time, in the order of its fieldsets, until the turn. What a visitor answers is
// in memory alone: nothing enters the address, the history or a store, and all of it goes with the turn, with "Start
// again", or when nobody touches the screen. Each button is an answer, by its name and value, as on the server
// (turns/kiosk/steps.py), which goes on by itself where this script does not run.
const root = document.documentElement;
const start = document.querySelector("[data-start]");
const forms = [...document.querySelectorAll("[data-language]")];
const ownLanguage = root.lang;
const MOST_COMPANIONS = 20;
const TEXT_SIZES = 3;
const SLIP_CODE = /^([A-Z2-9]{16}|[A-Z]{2,6}-\d{4}-\d{6,})$/;

let form; // of the visitor's language; none on the first screen
let screen = start.querySelector("[data-step]");
let answers;
let turnId;
let ends; // when the screen is wiped unless it is touched; none on the first screen
let warnsAt;

const seconds = (name) => Number(start.dataset[`${name}Seconds`]) * 1000;
const find = (name) => form.querySelector(`[data-step="${name}"]`);

// Milliseconds since 1970 and random bits, as the server makes its ids (UUIDv7, RFC 9562).
function createId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint16(0, Math.floor(Date.now() / 2 ** 32));
  new DataView(bytes.buffer).setUint32(2, Date.now() % 2 ** 32);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function forget() {
  answers = { need: [], several: false, adults: 0, children: 0 };
  turnId = createId();
}

function isAsked(step) {
  const [name, value] = (step.dataset.when ?? "").split("=");
  return !name || answers[name] === value;
}

const listSteps = () => [...form.querySelectorAll("fieldset[data-step]")].filter(isAsked);

function show(next) {
  for (const shown of [screen, next]) {
    shown.hidden = shown !== next;
    if (shown.matches("fieldset")) shown.disabled = shown.hidden;
  }
  screen = next;
  document.dispatchEvent(new CustomEvent("kiosk:screen", { detail: screen }));
  for (const button of document.querySelectorAll('[name="action"][value="back"]')) {
    button.hidden = !screen.matches("fieldset");
  }
  for (const button of document.querySelectorAll('.tools [value="restart"]')) {
    button.hidden = screen.dataset.step === "turn"; // which has one of its own
  }
  for (const print of screen.querySelectorAll("[data-print]")) print.hidden = false;
  scrollTo(0, 0);
  // Into the box, so that a reader of codes types there; else to the question, which a screen reader then says.
  const isTyped = !screen.querySelector(".kinds, select");
  (isTyped && screen.querySelector("input") ? screen.querySelector("input") : screen.querySelector("h1, h2"))?.focus({
    preventScroll: true,
  });
  touch();
}

function begin(language) {
  form = forms.find((candidate) => candidate.dataset.language === language);
  forget();
  start.hidden = true;
  document.querySelector(".exit").hidden = true;
  form.hidden = false;
  root.lang = language;
  answers.language = language;
  show(listSteps()[0]);
}

// Everything of the visitor goes: answers, typed texts, the turn on the screen, letters and contrast.
function wipe() {
  for (const each of forms) {
    each.reset();
    each.hidden = true;
    each.querySelector("[data-idle]").close();
    for (const place of each.querySelectorAll("[data-turn]:not(svg)")) place.textContent = "";
    for (const code of each.querySelectorAll("svg[data-turn]")) code.hidden = true;
    each.querySelectorAll("[data-turn] path").forEach((path) => path.removeAttribute("d"));
    each.querySelectorAll("[aria-pressed]").forEach((tile) => tile.removeAttribute("aria-pressed"));
    each.querySelectorAll("[data-error]").forEach((error) => (error.hidden = true));
  }
  delete root.dataset.textSize;
  delete root.dataset.contrast;
  root.lang = ownLanguage;
  forget();
  for (const each of forms) drawAnswers(each);
  form = undefined;
  start.hidden = false;
  document.querySelector(".exit").hidden = false;
  show(start.querySelector("[data-step]"));
  ends = undefined;
}

function drawAnswers(shown) {
  for (const tile of shown.querySelectorAll('[name="need"]')) {
    if (answers.several && tile.value) tile.setAttribute("aria-pressed", answers.need.includes(tile.value));
    else tile.removeAttribute("aria-pressed");
  }
  for (const part of shown.querySelectorAll("[data-while]")) {
    part.hidden = (part.dataset.while === "several") !== answers.several;
  }
  for (const count of shown.querySelectorAll("[data-count]")) count.textContent = answers[count.dataset.count];
}

function move(distance) {
  const steps = listSteps();
  const position = steps.indexOf(screen) + distance;
  if (position < 0) wipe();
  else if (position < steps.length) show(steps[position]);
  else send();
}

// Whether the typed code may be that of a slip. A reader types the whole address that stands in a slip's QR code.
function takeSlipCode() {
  const box = screen.querySelector('[name="slip_code"]');
  const text = box.value.replace(/\s/g, "").toUpperCase();
  const code = text.match(/\/SLIPS\/([A-Z2-9]{16})\b/)?.[1] ?? text;
  const isFit = !code || SLIP_CODE.test(code);
  const error = screen.querySelector("[data-error]");
  error.hidden = isFit;
  error.textContent = isFit ? "" : error.dataset.words;
  if (isFit) answers.slip_code = code;
  else box.focus();
  return isFit;
}

function takeNeed(code) {
  if (!answers.several || !code) {
    answers.need = code ? [code] : [];
    return move(1);
  }
  const isChosen = answers.need.includes(code);
  answers.need = isChosen ? answers.need.filter((chosen) => chosen !== code) : [...answers.need, code];
  drawAnswers(form);
}

function changeCount(group, change) {
  answers[group] = Math.min(Math.max(answers[group] + change, 0), MOST_COMPANIONS);
  drawAnswers(form);
}

const ACTIONS = {
  back: () => move(-1),
  restart: wipe,
  skip: () => {
    screen.querySelector("input").value = "";
    answers.slip_code = "";
    move(1);
  },
  several: () => {
    answers.several = true;
    drawAnswers(form);
  },
  next: () => (screen.dataset.step !== "slip" || takeSlipCode()) && move(1),
  text_size: () => (root.dataset.textSize = (Number(root.dataset.textSize ?? 0) + 1) % TEXT_SIZES),
  contrast: () => {
    if (root.dataset.contrast) delete root.dataset.contrast;
    else root.dataset.contrast = "high";
  },
};

function answer({ name, value }) {
  touch();
  if (name === "action") return ACTIONS[value]();
  if (name === "language") return begin(value);
  if (name === "need") return takeNeed(value);
  if (name === "more") return changeCount(value, 1);
  if (name === "less") return changeCount(value, -1);
  answers[name] = value;
  return move(1);
}

// The fields of the desk's form that the visitor typed, and the consent under which they are kept.
function readSelfIntake() {
  if (answers.intake !== "yes" || answers.attention !== "yes") return null;
  const texts = {};
  for (const box of form.querySelectorAll(".box__input, .kind input:checked")) {
    if (box.name !== "slip_code" && box.value.trim()) texts[box.name] = box.value.trim();
  }
  const { textVersion } = form.querySelector("[data-text-version]").dataset;
  return { attention: "yes", text_version: textVersion, text_language: answers.language, ...texts };
}

function buildTurn() {
  const { language, need, adults, children, first_time: firstTime, preferential } = answers;
  const details = { needs: need, language, companions: { adults, children } };
  if (firstTime) details.first_time = firstTime === "yes";
  if (answers.first_time === "no" && answers.slip_code) details.slip_code = answers.slip_code;
  if (preferential && preferential !== "none") details.preferential = [preferential];
  const selfIntake = readSelfIntake();
  if (selfIntake) details.self_intake = selfIntake;
  return { id: turnId, details };
}

// Sent again, it is the same turn: the id is the visitor's until the screen is wiped.
function send() {
  const turn = buildTurn();
  const answerOnce = (show) => (given) => turn.id === turnId && show(given);
  show(find("sending"));
  const detail = { turn, showTurn: answerOnce(showTurn), showTrouble: answerOnce(showTrouble) };
  document.dispatchEvent(new CustomEvent("kiosk:finished", { detail }));
}

function showTrouble(kind) {
  for (const words of find("trouble").querySelectorAll("[data-trouble]")) {
    words.hidden = words.dataset.trouble !== kind;
  }
  show(find("trouble"));
}

function showTurn(given) {
  document.dispatchEvent(new CustomEvent("kiosk:given", { detail: { shown: find("turn"), given } }));
  // What was said is with the turn now; nothing of it waits in the page for the next visitor.
  form.reset();
  forget();
  answers.language = form.lang;
  show(find("turn"));
}

function touch() {
  // While it is asked whether somebody is still there, only the answer counts.
  if (form?.querySelector("[data-idle]").open) return;
  const isTurn = screen.dataset.step === "turn";
  const isFirst = screen.dataset.step === "language";
  warnsAt = isFirst || isTurn ? undefined : Date.now() + seconds("idle");
  if (isFirst) ends = root.dataset.textSize || root.dataset.contrast ? Date.now() + seconds("idle") : undefined;
  else ends = isTurn ? Date.now() + seconds("turn") : warnsAt + seconds("warning");
}

function stay() {
  form.querySelector("[data-idle]").close();
  touch();
}

// The clock and not a timer: a tablet that slept has missed its timers.
function check() {
  if (!ends) return;
  const now = Date.now();
  if (now >= ends) return wipe();
  if (warnsAt && now >= warnsAt) {
    const dialog = form.querySelector("[data-idle]");
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[data-seconds]").textContent = Math.ceil((ends - now) / 1000);
  }
}

// The second of two quick taps was meant for the screen before, and must not answer the next question.
let tapped;
document.addEventListener(
  "click",
  (event) => {
    if (event.detail > 1 && tapped !== screen) event.preventDefault();
    tapped = screen;
  },
  { capture: true },
);
document.addEventListener("submit", (event) => {
  if (!event.submitter) return;
  event.preventDefault();
  answer(event.submitter);
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.matches("[data-leave]")) wipe();
  else if (button?.matches("[data-again]")) send();
  else if (button?.matches("[data-print]")) print();
  else if (button?.matches("[data-stay]") || target.matches("[data-idle]")) stay();
});
// Enter, which a reader of codes sends too. The browser's own way begins at the form's first button, of another question.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".box__input, .kind input")) return;
  event.preventDefault();
  screen.querySelector('[name="action"][value="next"]').click();
});
for (const event of ["pointerdown", "keydown", "scroll", "input"]) document.addEventListener(event, touch, { passive: true });
for (const dialog of document.querySelectorAll("[data-idle]")) dialog.addEventListener("cancel", stay);
// Out of the browser's memory of pages: whoever stands here now is somebody else.
addEventListener("pageshow", ({ persisted }) => persisted && wipe());
document.addEventListener("visibilitychange", check);
setInterval(check, 500);
wipe();
