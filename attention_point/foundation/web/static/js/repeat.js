// Of the slots that the server drew, only the first and the filled ones stand open; a button opens the next.
function isEmpty(slot) {
  if (slot.querySelector(".error")) return false;
  return ![...slot.querySelectorAll("input, textarea")].some((input) =>
    ["radio", "checkbox"].includes(input.type) ? input.checked : input.type !== "hidden" && input.value,
  );
}

function clear(slot) {
  for (const input of slot.querySelectorAll("input, textarea")) {
    if (["radio", "checkbox"].includes(input.type)) input.checked = false;
    else if (input.type !== "hidden") input.value = "";
  }
  for (const select of slot.querySelectorAll("select")) select.selectedIndex = 0;
}

function button(label, kind, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = `button ${kind}`;
  element.textContent = label;
  element.addEventListener("click", act);
  return element;
}

for (const group of document.querySelectorAll("[data-repeat]")) {
  const slots = [...group.querySelectorAll("[data-slot]")];
  const more = button(group.dataset.repeat, "button--second", () => {
    const next = slots.find((slot) => slot.hidden);
    next.hidden = false;
    more.hidden = !slots.some((slot) => slot.hidden);
    next.querySelector("input, select, textarea")?.focus();
  });
  for (const slot of slots.slice(1)) {
    slot.hidden = isEmpty(slot);
    const remove = button(group.dataset.repeatRemove, "button--plain", () => {
      clear(slot);
      slot.hidden = true;
      more.hidden = false;
      more.focus();
      group.dispatchEvent(new Event("change", { bubbles: true }));
    });
    const legend = slot.querySelector("legend").textContent.trim();
    remove.setAttribute("aria-label", `${group.dataset.repeatRemove}: ${legend}`);
    slot.append(remove);
  }
  more.hidden = !slots.some((slot) => slot.hidden);
  group.append(more);
}
