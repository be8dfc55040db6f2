// What a returning person says and asks for, without leaving a form in which something is typed already.

// A form marked data-replace is sent in the background; the part of that id is then taken from the page that answers.
async function replacePart(form, button) {
  const body = new FormData(form);
  body.set(button.name, button.value);
  body.delete("page"); // the answer is the page of the thing alone, which is the shortest
  const reply = await fetch(form.action, { method: "POST", body });
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const part = page.getElementById(form.dataset.replace);
  if (!reply.ok || !part) throw new Error("the page has no such part");
  document.getElementById(form.dataset.replace).replaceWith(part);
  part.querySelector("button")?.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-replace]") || !event.submitter) return;
  event.preventDefault();
  // Whatever went wrong, such as a session that ended: sent as without script, the server's page says what it is.
  replacePart(form, event.submitter).catch(() => {
    const button = event.submitter;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    form.submit();
  });
});

// A link marked data-tick ticks that box of the page's form in place of loading the page again.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-tick]");
  if (!link) return;
  const boxes = document.querySelectorAll(`input[name="${link.dataset.tick}"]`);
  const box = [...boxes].find((input) => input.value === link.dataset.tickValue);
  if (!box) return;
  event.preventDefault();
  if (!box.checked) box.click();
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  said.textContent = link.dataset.ticked;
  link.replaceWith(said);
});
