// The list of errors is read first; each of its links takes the reader to the control itself.
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const target = document.getElementById(event.target.closest("a")?.hash.slice(1) ?? "");
    if (!target) return;
    event.preventDefault();
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    (target.closest(".field") ?? target).scrollIntoView({ block: "start" });
    (target.querySelector("input") ?? target).focus({ preventScroll: true });
  });
}
