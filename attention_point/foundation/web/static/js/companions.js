// Rows of people who came along: each is a copy of a blank row, with a number of its own. The blank row is fetched when
// the part of the form is opened, for most people come alone. Without this script, or without the row, the same button
// sends the form, and the page comes back with one row more.
const OF_THE_FAMILY = ["daughter", "son", "sister", "brother"];

function numberOf(row) {
  return Number(row.id.match(/\d+$/)?.[0] ?? -1);
}

// Surnames are proposed, and taken back once they are no longer likely: of somebody else, or where the first one was
// changed, for the second one comes from the other parent then.
function fillSurnames(row, form) {
  for (const own of row.querySelectorAll("[name$=-surname_1], [name$=-surname_2]")) {
    const shared = form.elements.namedItem(own.name.split("-").pop());
    if (shared && !own.value) own.value = own.dataset.proposed = shared.value;
  }
}

function takeSurnamesBack(row, parts) {
  for (const part of parts) {
    const own = row.querySelector(`[name$="-${part}"]`);
    if (own?.dataset.proposed && own.value === own.dataset.proposed) own.value = "";
  }
}

function addRemoveButton(row, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--plain";
  button.textContent = label;
  button.setAttribute("aria-label", `${label}: ${row.querySelector("legend").textContent.trim()}`);
  button.addEventListener("click", () => {
    const group = row.closest("[data-companions]");
    row.remove();
    group.dispatchEvent(new Event("input", { bubbles: true }));
    group.querySelector("[data-companion-add]").focus();
  });
  row.append(button);
}

async function fetchBlankRow(address) {
  const carried = document.querySelector("template[data-companion-blank]"); // the form without network brings it along
  if (carried) return carried.content.querySelector("[data-companion]");
  const reply = await fetch(address);
  return new DOMParser().parseFromString(reply.ok ? await reply.text() : "", "text/html").querySelector("[data-companion]");
}

for (const group of document.querySelectorAll("[data-companions]")) {
  const fold = group.closest("details.fold");
  let fetched;
  const load = () =>
    (fetched ??= fetchBlankRow(group.dataset.companions)
      .catch(() => null)
      .then((row) => {
        if (!row) fetched = undefined; // no line, or the session ended: asked again
        return row;
      }));
  const add = group.querySelector("[data-companion-add]");
  const form = group.closest("form");
  const rows = () => [...group.querySelectorAll("[data-companion]")];
  for (const row of rows()) addRemoveButton(row, group.dataset.companionRemove);

  if (fold.open) load();
  fold.addEventListener("toggle", () => fold.open && load());
  add.addEventListener("click", async (event) => {
    event.preventDefault();
    const blank = await load();
    if (!blank) return form.requestSubmit(add);
    const next = Math.max(-1, ...rows().map(numberOf)) + 1;
    const row = document.importNode(blank, true);
    // By attribute and text, never by HTML: nothing that was typed is read as markup.
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of element.attributes) {
        attribute.value = attribute.value.replaceAll("__row__", next).replaceAll("__number__", next + 2);
      }
    }
    row.querySelector("legend").textContent = row.querySelector("legend").textContent.replace("__number__", next + 2);
    addRemoveButton(row, group.dataset.companionRemove);
    add.parentElement.before(row);
    for (const part of form.querySelectorAll("[data-companions-only]")) part.hidden = false;
    form.dispatchEvent(new Event("change", { bubbles: true }));
    row.scrollIntoView({ block: "start" });
    row.querySelector("input:not([type=hidden])")?.focus({ preventScroll: true });
  });

  group.addEventListener("change", (event) => {
    const { name = "", value } = event.target;
    const row = event.target.closest("[data-companion]");
    if (name.endsWith("-kin") && OF_THE_FAMILY.includes(value)) fillSurnames(row, form);
    else if (name.endsWith("-kin")) takeSurnamesBack(row, ["surname_1", "surname_2"]);
    else if (name.endsWith("-surname_1")) takeSurnamesBack(row, ["surname_2"]);
  });
}
