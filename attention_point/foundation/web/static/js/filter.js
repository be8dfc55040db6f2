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

// A long list of choices gets a box above that hides those which do not match; a chosen one always stays.
function searchFor(choices, index) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  label.className = "hint";
  label.textContent = choices.dataset.filterChoices;
  box.type = "search";
  box.id = `search-${index}`;
  box.className = "input";
  box.autocomplete = "off";
  label.htmlFor = box.id;
  box.addEventListener("input", () => {
    const typed = plain(box.value);
    for (const choice of choices.querySelectorAll(".choice"))
      choice.hidden = !plain(choice.textContent).includes(typed) && !choice.querySelector("input").checked;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  choices.before(label, box);
}

document.querySelectorAll("select[data-filter-select]").forEach(boxFor);
document.querySelectorAll("[data-filter-choices]").forEach(searchFor);
