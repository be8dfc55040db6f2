// Asks before a form or a button marked data-confirm="question" is sent.
const template = document.getElementById("confirm-template");

function ask(question, answered) {
  const dialog = template.content.firstElementChild.cloneNode(true);
  dialog.querySelector("#confirm-question").textContent = question;
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) dialog.close(button.value);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    answered(dialog.returnValue === "yes");
  });
  document.body.append(dialog);
  dialog.showModal();
}

// In the capture phase, so that the guard against double sending sees only what was confirmed.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question) return;
    if ("confirmed" in form.dataset) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const submitter = event.submitter;
    ask(question, (yes) => {
      if (!yes) return;
      form.dataset.confirmed = "";
      form.requestSubmit(submitter);
    });
  },
  true,
);
