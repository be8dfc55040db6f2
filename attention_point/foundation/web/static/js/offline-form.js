// The form without network. It is the desk's form; this file stands in place of the check page: it looks whether something
// was forgotten, asks to whom the data may go, seals what was typed and keeps it, and shows the slip.
const form = document.getElementById("offline-form");
const errors = document.querySelector("[data-offline-errors]");
const said = document.querySelector("[data-offline-said]");
const failed = document.querySelector("[data-save-failed]");
const ROW = /^companions-(\d+)-(.+)$/;
const NOT_TYPED = /^(_.*|csrf_token|written_by|action)$/;
const id = captures.newId();
let user = null;
let isKept = false;

// --- what was typed

// The fields that are filled in, with the rows of companions numbered without gaps, as the server reads them.
function readFields() {
  const typed = [...new FormData(form)].filter(([name, value]) => value !== "" && !NOT_TYPED.test(name));
  const numbers = [...new Set(typed.map(([name]) => ROW.exec(name)?.[1]).filter(Boolean))].sort((a, b) => a - b);
  return typed.map(([name, value]) => {
    const [, number, part] = ROW.exec(name) ?? [];
    return [part ? `companions-${numbers.indexOf(number)}-${part}` : name, value];
  });
}

// The needs of each person, by number: 0 is who fills in the form.
function listNeeds(fields) {
  const main = fields.filter(([name]) => name === "needs").map(([, value]) => value);
  const needs = new Map([[0, main]]);
  for (const [name, value] of fields) {
    const [, number, part] = ROW.exec(name) ?? [];
    if (!part) continue;
    const person = Number(number) + 1;
    const own = needs.get(person) ?? [];
    if (part === "needs") own.push(value);
    if (part === "same_needs") own.push(...main);
    needs.set(person, own);
  }
  return needs;
}

const allNeeds = () => new Set([...listNeeds(readFields()).values()].flat());

// --- to whom the data may go

const questions = [...document.querySelectorAll("[data-referral-question]")];
const answerOf = (question) => question.querySelector("input:checked")?.value ?? "";
const offersOf = (question) => [...question.querySelectorAll("[data-offer-need]")];

function followNeeds() {
  const needs = allNeeds();
  for (const question of questions) {
    for (const offer of offersOf(question)) offer.hidden = !needs.has(offer.dataset.offerNeed);
    question.hidden = offersOf(question).every((offer) => offer.hidden);
  }
}

// Whoever says yes has been shown each entity by name: the same fields as those of the check page say so to the server.
function listDecisions(fields) {
  const allowed = questions.filter((question) => !question.hidden && answerOf(question) === "yes").flatMap(offersOf);
  return [...listNeeds(fields)].flatMap(([person, needs]) =>
    allowed
      .filter((offer) => needs.includes(offer.dataset.offerNeed))
      .flatMap(({ dataset: { service, entity } }) => [
        [`suggested-${person}`, service],
        [`decision-${person}-${service}`, "refer"],
        [`entity-${person}-${service}`, entity],
      ]),
  );
}

// --- what was forgotten

const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").trim().toLowerCase();

async function isInList(box) {
  const names = await fetch(box.dataset.list).then((reply) => reply.json()).catch(() => null);
  return !names || names.some(([code, name]) => plain(name) === plain(box.value) || code === box.value.trim());
}

// DD/MM/YYYY as a text that sorts; "" for less than a whole date.
const readDay = (text) => {
  const [, day, month, year] = text.trim().match(/^(\d{1,2})\D+(\d{1,2})\D+(\d{4})$/) ?? [];
  return year ? year + month.padStart(2, "0") + day.padStart(2, "0") : "";
};
const isAfterVisit = (box) => readDay(box.value) > (readDay(form.elements.namedItem("attended_on").value) || "9");

// Silence is no consent: the server would leave out the name, and with network the check page says so beforehand.
const NAMES = /^(companions-\d+-)?(given_names|surname_[12]|phone|document_number)$|^documents-\d+-number$/;
const isNamedWithoutConsent = (fields) =>
  fields.some(([name]) => NAMES.test(name)) && !fields.some(([name]) => name === "attention");

async function findErrors() {
  const words = errors.querySelector("ul").dataset;
  const found = [];
  const add = (element, label, message) => found.push({ element, message, text: label ? `${label}: ${message}` : message });
  const labelOf = (box) => box.labels[0]?.firstChild.textContent.trim() ?? "";
  if (![...form.elements].some((box) => box.name === "needs" && box.checked)) add(document.getElementById("needs"), "", words.noNeeds);
  if (isNamedWithoutConsent(readFields())) add(form.elements.namedItem("attention")[0], "", words.noConsent);
  for (const question of questions)
    if (!question.hidden && !answerOf(question)) add(question.querySelector("[role=radiogroup]"), "", words.noAnswer);
  for (const box of form.querySelectorAll("[data-date]"))
    if (box.value.trim() && !box.parentElement.querySelector("output").textContent) add(box, labelOf(box), words.badDate);
    else if (box.dataset.date === "age" && isAfterVisit(box)) add(box, labelOf(box), words.birthAfterVisit);
  for (const box of form.querySelectorAll("[data-list]"))
    if (box.value.trim() && !(await isInList(box))) add(box, labelOf(box), words.badName);
  return found;
}

// The error stands at its field too, as on the desk's page: who scrolls down from the list still sees what is wrong.
function markField({ element, message }, number) {
  const field = element.closest(".field, .answer") ?? element;
  const error = errors.querySelector("template").content.cloneNode(true).firstElementChild;
  error.id = `offline-error-${number}`;
  error.append(` ${message}`);
  field.classList.add("field--error");
  field.querySelector(".label, .group__title").after(error);
  element.setAttribute("aria-describedby", `${element.getAttribute("aria-describedby") ?? ""} ${error.id}`.trim());
  if (element.matches(".input")) element.setAttribute("aria-invalid", "true");
}

function unmarkFields() {
  for (const error of form.querySelectorAll("[data-offline-error]")) {
    const element = form.querySelector(`[aria-describedby~="${error.id}"]`);
    const described = element.getAttribute("aria-describedby").replace(error.id, "").trim();
    if (described) element.setAttribute("aria-describedby", described);
    else element.removeAttribute("aria-describedby");
    element.removeAttribute("aria-invalid");
    error.closest(".field--error").classList.remove("field--error");
    error.remove();
  }
}

function showErrors(found) {
  unmarkFields();
  found.forEach(markField);
  const items = found.map(({ element, text }) => {
    const link = document.createElement("a");
    link.href = `#${element.id}`;
    link.textContent = text;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      (element.closest(".field, .answer") ?? element).scrollIntoView({ block: "start" });
      (element.querySelector("input") ?? element).focus({ preventScroll: true });
    });
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  errors.querySelector("ul").replaceChildren(...items);
  errors.hidden = !found.length;
  if (found.length) errors.focus();
}

// --- keeping

function showSlip(row) {
  const needs = allNeeds();
  const slip = document.querySelector("[data-offline-slip]");
  for (const item of slip.querySelectorAll("[data-slip-need]")) item.hidden = !needs.has(item.dataset.slipNeed);
  slip.querySelector("[data-slip-nothing]").hidden = Boolean(slip.querySelector("[data-slip-need]:not([hidden])"));
  const reference = slip.querySelector("[data-slip-reference]");
  reference.textContent = row.reference ?? reference.dataset.slipReference;
  slip.querySelector("[data-slip-date]").textContent = form.elements.namedItem("attended_on").value;
  slip.hidden = false;
}

function showKept(row) {
  const section = document.querySelector("[data-offline-kept]");
  const receipt = section.querySelector("[data-kept-receipt]");
  const { time } = captures.describeTime(new Date(row.captured_at));
  receipt.textContent = receipt.dataset.keptReceipt.replace("{sequence}", row.sequence).replace("{time}", time);
  const reference = section.querySelector("[data-kept-reference]");
  reference.hidden = !row.reference;
  reference.textContent = reference.dataset.keptReference.replace("{reference}", row.reference);
  showSlip(row);
  form.dispatchEvent(new Event("kept")); // nothing unsaved is left to warn of
  form.reset(); // what was typed leaves the page's memory as far as a page can do that
  form.hidden = failed.hidden = errors.hidden = true;
  for (const part of document.querySelectorAll("[data-problems], [data-keeps-for]")) part.hidden = true;
  section.hidden = false;
  section.focus();
  scrollTo(0, 0);
}

async function keep() {
  const fields = readFields();
  // The page may have been opened before a colleague's turn on this tablet ended: it is kept for whom it says.
  if (!captures.showProblems(await captures.findProblems(user))) throw new Error("this tablet cannot keep it now");
  const reference = await outbox.takeReference(user);
  const content = { form: [...fields, ...listDecisions(fields)], reference, version: document.querySelector("[data-release]").dataset.release };
  return captures.keep(user, id, content, reference);
}

// Before every other script that hears of it: the form is never sent.
async function submit(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.submitter ?? form.querySelector("button[type=submit]:not([hidden])");
  if (isKept || button.disabled || button.matches("[data-companion-add]")) return;
  button.disabled = true;
  said.textContent = said.dataset.keeping;
  try {
    followNeeds();
    const found = await findErrors();
    showErrors(found);
    if (found.length) return;
    failed.hidden = true;
    const row = await keep();
    isKept = true;
    showKept(row);
  } catch {
    failed.hidden = false;
    failed.focus();
  } finally {
    said.textContent = "";
    button.disabled = false;
  }
}

// --- the beginning

// What was typed into the desk's form when the line broke: the service worker holds it in memory, and hands it over once.
function askForTyped() {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return Promise.resolve(null);
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, 2_000, null);
    worker.postMessage({ type: "typed" }, [port2]);
  });
}

async function addRows(fields) {
  const rows = new Set(fields.map(([name]) => ROW.exec(name)?.[1]).filter(Boolean));
  const group = form.querySelector("[data-companions]");
  for (let count = 0; count < rows.size; count += 1) {
    group.querySelector("[data-companion-add]").click();
    await new Promise((resolve) => setTimeout(resolve)); // the row comes in a turn of its own
  }
  return [...rows];
}

async function takeOver(fields) {
  const rows = await addRows(fields);
  for (const [name, value] of fields) {
    const [, number, part] = ROW.exec(name) ?? [];
    if (NOT_TYPED.test(name) || ["id", "person_id", "record_version", "different_from", "allowed_before"].includes(name)) continue;
    const boxes = form.elements.namedItem(part ? `companions-${rows.indexOf(number)}-${part}` : name);
    for (const box of boxes instanceof RadioNodeList ? boxes : [boxes].filter(Boolean)) {
      if (["radio", "checkbox"].includes(box.type)) box.checked ||= box.value === value;
      else box.value = value;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

async function begin() {
  user = await outbox.findCurrentUser().catch(() => null);
  captures.showProblems(await captures.findProblems(user));
  const agent = user && (await outbox.findAgent(user).catch(() => null));
  const now = captures.describeTime(captures.readClock(agent));
  for (const [name, value] of [["id", id], ["attended_on", now.day], ["attended_time", now.time], ["point", agent?.point?.code]]) {
    const box = form.elements.namedItem(name);
    if (!box || !value) continue;
    box.value = box.dataset.proposed = value; // proposed: a group in which nobody wrote does not say that it is filled
    box.dispatchEvent(new Event("input", { bubbles: true })); // the date is said in words
  }
  const whose = document.querySelector("[data-keeps-for]");
  whose.hidden = !agent;
  whose.querySelector("[data-initials]").textContent = agent?.initials ?? "";
  form.dispatchEvent(new Event("kept")); // nothing is unsaved yet
  const typed = await askForTyped();
  if (typed) await takeOver(typed);
  followNeeds();
}

form.addEventListener("submit", submit, { capture: true });
form.addEventListener("change", followNeeds);
begin();
