// Folded groups say whether something in them is filled, and open by themselves where an answer calls for it.
function isFilled(control) {
  if (control.disabled || control.type === "hidden") return false;
  if (["checkbox", "radio"].includes(control.type)) return control.checked && control.value !== "";
  return control.value !== control.dataset.proposed && control.value !== "";
}

for (const fold of document.querySelectorAll("details.fold")) {
  const tag = fold.querySelector(":scope > summary .fold__filled");
  const controls = () => [...fold.querySelectorAll("input, select, textarea")];
  // What the server proposes (today's date) is no answer.
  for (const control of controls())
    if (tag.hidden && !["checkbox", "radio"].includes(control.type)) control.dataset.proposed = control.value;
  const update = () => (tag.hidden = !controls().some(isFilled));
  fold.addEventListener("input", update);
  fold.addEventListener("change", update);
}

// A birth date or an age that makes a child opens the children's part. While 17/03/1991 is being typed it is "17" for a
// moment: what opened by itself closes by itself, unless somebody touched it or filled something in.
const PAUSE_MS = 500;

for (const fold of document.querySelectorAll("details[data-open-below]")) {
  let timer;
  let openedByAge = false;
  const follow = (age) => {
    const isChild = age !== null && age < Number(fold.dataset.openBelow);
    if (isChild && !fold.open) {
      fold.open = openedByAge = true;
    } else if (!isChild && openedByAge && ![...fold.querySelectorAll("input, select, textarea")].some(isFilled)) {
      fold.open = openedByAge = false;
    }
  };
  fold.querySelector("summary").addEventListener("click", () => (openedByAge = false));
  document.addEventListener("age", (event) => {
    clearTimeout(timer);
    timer = setTimeout(follow, PAUSE_MS, event.detail);
  });
}
// What is asked of a child alone is not asked of somebody who is older, unless it was answered.
for (const part of document.querySelectorAll("[data-hide-from]")) {
  document.addEventListener("age", ({ detail: age }) => {
    part.hidden = age !== null && age >= Number(part.dataset.hideFrom) && ![...part.querySelectorAll("input")].some(isFilled);
  });
}
for (const box of document.querySelectorAll("[data-date='age']")) box.dispatchEvent(new Event("input", { bubbles: true }));

// A question that is folded, and that a chosen need makes matter, is asked beside the needs; else it waits in its fold.
// data-asks="in_transit=HUMAN|SALUD-URG;…": the names of such questions, each with the needs.
for (const grid of document.querySelectorAll("[data-asks]")) {
  const form = grid.closest("form");
  const tiles = Object.assign(document.createElement("div"), { className: "choices wide" });
  const questions = grid.dataset.asks.split(";").filter(Boolean).map((part) => {
    const [name, needs] = part.split("=");
    const control = form.querySelector(`[name="${name}"]`);
    const question = control.closest(".field") ?? control.closest(".choice");
    const place = document.createComment(name);
    question.before(place);
    return { question, place, fold: place.parentNode.closest("details"), needs: needs.split("|"), isAsked: false };
  });
  const ask = () => {
    const chosen = [...form.querySelectorAll("[name=needs]:checked")].map((box) => box.value);
    for (const entry of questions) {
      const isAsked = entry.needs.some((need) => chosen.includes(need));
      if (isAsked === entry.isAsked) continue;
      entry.isAsked = isAsked;
      if (!isAsked) entry.place.after(entry.question);
      else (entry.question.matches(".choice") ? tiles : grid).append(entry.question);
      entry.fold.dispatchEvent(new Event("change"));
    }
    if (tiles.children.length) grid.append(tiles);
    else tiles.remove();
  };
  ask();
  form.addEventListener("change", ({ target }) => target.name === "needs" && ask());
  // A browser that goes back restores the answers after the page has run.
  window.addEventListener("pageshow", ask);
}
