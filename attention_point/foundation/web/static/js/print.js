// A button marked data-print prints the page; it appears only where scripts run. With data-print-now the page was asked
// for in order to be printed: that happens once, so the address that asks for it goes from the history.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  if ("printNow" in button.dataset) {
    const address = new URL(location.href);
    address.searchParams.delete("print");
    history.replaceState(null, "", address);
    // Once the style sheets are there, by which the paper is chosen.
    window.addEventListener("load", () => window.print(), { once: true });
  }
}
