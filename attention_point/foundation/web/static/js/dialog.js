// Turns <details data-dialog="title"> into a modal window: the focus stays inside, Escape closes it.
for (const details of document.querySelectorAll("details[data-dialog]")) {
  const body = details.querySelector(".dialog__body");
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";

  const title = document.createElement("h2");
  title.className = "dialog__title";
  title.textContent = details.dataset.dialog;
  title.id = `dialog-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  dialog.setAttribute("aria-labelledby", title.id);

  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button--second";
  close.textContent = details.dataset.dialogClose;
  close.addEventListener("click", () => dialog.close());

  dialog.append(title, body, close);
  const opener = document.createElement("button");
  opener.type = "button";
  opener.className = "button button--second";
  opener.textContent = details.querySelector("summary").textContent;
  opener.addEventListener("click", () => dialog.showModal());
  details.replaceWith(opener, dialog);
}
