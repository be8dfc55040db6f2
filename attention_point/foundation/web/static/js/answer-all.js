// A button marked data-answer-all gives its answer to each question around it that has none yet (data-answers); it
// appears only where scripts run. An answer that stands is left alone: a "no" is never turned into a "yes".
for (const button of document.querySelectorAll("button[data-answer-all]")) {
  const questions = button.closest("[data-answers]");
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const option of questions.querySelectorAll(`input[type=radio][value="${button.dataset.answerAll}"]`)) {
      const answered = questions.querySelector(`input[type=radio][name="${option.name}"]:checked`);
      if (answered) continue;
      option.checked = true;
      option.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
