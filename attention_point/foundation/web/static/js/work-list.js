// A list from which one works: rows are chosen, one answer is given to all that are chosen, and undone for some seconds.
const list = document.querySelector("[data-work-list]");
const panel = list?.querySelector("[data-answer-panel]");

function boxes() {
  return [...list.querySelectorAll('input[name="chosen"]')];
}

function showChosen() {
  const chosen = boxes().filter((box) => box.checked).length;
  list.querySelector("[data-open-panel]").disabled = chosen === 0;
  list.querySelector("[data-chosen-count]").textContent = chosen ? `(${chosen})` : "";
  const all = list.querySelector("[data-choose-all]");
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && !all.checked;
  if (chosen === 0) closePanel();
}

function openPanel() {
  panel.classList.add("answer-panel--open");
  panel.querySelector("[type=submit]").focus({ preventScroll: true });
}

function closePanel() {
  panel.classList.remove("answer-panel--open");
}

if (panel) {
  // Without this script the panel stands below the rows, and everything works as well.
  panel.classList.add("answer-panel--over");
  list.querySelector("[data-work-bar]").hidden = false;
  const close = panel.querySelector("[data-panel-close]");
  close.hidden = false;
  close.addEventListener("click", closePanel);
  list.querySelector("[data-open-panel]").addEventListener("click", openPanel);
  list.querySelector("[data-choose-all]").addEventListener("change", (event) => {
    for (const box of boxes()) box.checked = event.target.checked;
    showChosen();
  });
  list.addEventListener("change", (event) => {
    if (event.target.name === "chosen") showChosen();
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-answer-row]");
    if (!link) return;
    event.preventDefault();
    const own = link.closest(".row").querySelector('input[name="chosen"]');
    for (const box of boxes()) box.checked = box === own;
    showChosen();
    openPanel();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closePanel();
  });
  showChosen(); // after going back, a browser keeps what was chosen
}

// The offer to undo goes after some seconds, unless somebody is at it; the referral's own page keeps it for a day.
const undo = document.querySelector("[data-undo-seconds]");
if (undo) {
  const hide = () => (undo.matches(":focus-within, :hover") ? setTimeout(hide, 2000) : undo.remove());
  setTimeout(hide, Number(undo.dataset.undoSeconds) * 1000);
}
