// Long lists are found by typing a part of a name, accents or not.
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").trim().toLowerCase();

// A long <select> gets a box with suggestions in front; the select keeps the code and is what the form sends.
function boxFor(select, index) {
  const options = [...select.options].filter((option) => option.value);
  const box = document.createElement("input");
  const list = document.createElement("datalist");
  list.id = `options-${index}`;
  list.append(...options.map((option) => new Option(option.text)));
  box.setAttribute("list", list.id);
  box.className = select.className;
  box.id = select.id;
  box.autocomplete = "off";
  for (const name of ["aria-describedby", "aria-invalid", "required"])
    if (select.hasAttribute(name)) box.setAttribute(name, select.getAttribute(name));
  box.value = select.value ? select.selectedOptions[0].text : "";

  const problem = document.createElement("p");
  problem.className = "error";
  problem.setAttribute("role", "status");
  const choose = () => {
    const typed = plain(box.value);
    const exact = options.find((option) => plain(option.text) === typed);
    const near = options.filter((option) => typed && plain(option.text).includes(typed));
    const found = exact ?? (near.length === 1 ? near[0] : undefined);
    select.value = found ? found.value : "";
    if (found) box.value = found.text;
    const wrong = Boolean(typed) && !found;
    problem.textContent = wrong ? select.dataset.filterSelect : "";
    if (wrong) box.setAttribute("aria-invalid", "true");
    else if (!select.hasAttribute("aria-invalid")) box.removeAttribute("aria-invalid");
    select.dispatchEvent(new Event("change", { bubbles: true }));
    return !wrong;
  };
  box.addEventListener("change", choose);
  select.form?.addEventListener("submit", (event) => {
    // What was typed and matches nothing would be sent as a blank: ask first.
    if (box.disabled || choose()) return;
    event.preventDefault();
    box.focus();
  });
  select.id = `${select.id}-value`;
  select.hidden = true;
  select.before(box, list);
  select.after(problem);
}

// Choices of which the frequent ones stand in sight and the others in a fold: one box finds them all. With nothing typed
// the fold is as it was.
function findIn(group, index) {
  const fold = group.querySelector("details");
  const box = searchBox(group.dataset.findChoices, `find-${index}`);
  const nothing = document.createElement("p");
  nothing.className = "hint";
  nothing.setAttribute("role", "status");
  const said = fetchOtherWords(group, box);
  let wasOpen = fold.open;
  box.addEventListener("input", () => {
    const typed = plain(box.value);
    if (!typed) fold.open = wasOpen;
    else if (!fold.open) fold.open = true;
    const matching = hideOthers(group, typed, said);
    nothing.textContent = typed && !matching ? group.dataset.findNothing : "";
  });
  // What was found by typing and chosen stands among the frequent ones, and the box is free for the next.
  group.addEventListener("change", ({ target }) => {
    if (!box.value || !target.checked) return;
    if (fold.contains(target)) group.querySelector(".choices").append(target.closest(".choice"));
    target.focus();
    box.value = "";
    box.dispatchEvent(new Event("input"));
  });
  fold.querySelector("summary").addEventListener("click", () => (wasOpen = !fold.open));
  group.prepend(box.parentElement, nothing);
}

// What people say for a choice, by its code (data-find-words: the address of the list, which the browser keeps): nobody
// at the desk says "food aid". Until it is there, or without a line, the choices' own words are found.
function fetchOtherWords(group, box) {
  const said = new Map();
  const fill = (pairs) => {
    for (const [code, words] of pairs) said.set(code, ` ${plain(words)}`);
    if (box.value) box.dispatchEvent(new Event("input"));
  };
  const ask = () =>
    fetch(group.dataset.findWords)
      .then((reply) => reply.json())
      .then(fill)
      .catch(() => {});
  if (group.dataset.findWords) box.addEventListener("focus", ask, { once: true });
  return said;
}

// Hides what has not each word that was typed, unless it is chosen; returns how many have each word. "no", "me" and "de"
// tell nothing.
function hideOthers(choices, typed, said) {
  const words = typed.split(/\s+/);
  const telling = words.filter((word) => word.length > 2);
  const matching = new Set(
    [...choices.querySelectorAll(".choice")].filter((choice) => {
      const text = plain(choice.textContent);
      const others = said.get(choice.querySelector("input").value) ?? "";
      return (telling.length ? telling : words).every((word) => text.includes(word) || others.includes(` ${word}`));
    }),
  );
  for (const choice of choices.querySelectorAll(".choice"))
    choice.hidden = !matching.has(choice) && !choice.querySelector("input").checked;
  return matching.size;
}

function searchBox(text, id) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  const words = document.createElement("span");
  words.className = "hidden";
  words.textContent = text;
  label.append(words);
  box.placeholder = text;
  box.type = "search";
  box.id = id;
  box.className = "input";
  box.autocomplete = "off";
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  label.append(box);
  return box;
}

// A long list of choices gets a box above that hides those which do not match; a chosen one always stays.
function searchFor(choices, index) {
  const box = searchBox(choices.dataset.filterChoices, `search-${index}`);
  const said = fetchOtherWords(choices, box);
  box.addEventListener("input", () => hideOthers(choices, plain(box.value), said));
  choices.before(box.parentElement);
}

document.querySelectorAll("select[data-filter-select]").forEach(boxFor);
document.querySelectorAll("[data-filter-choices]").forEach(searchFor);
document.querySelectorAll("[data-find-choices]").forEach(findIn);
