// Writes the visitor's turn onto its screen, which is also the slip that the browser prints.
function describeAhead(place, number) {
  if (number === null || number === undefined) return place.dataset.unknown;
  if (number === 0) return place.dataset.nobody;
  return number === 1 ? place.dataset.one : place.dataset.many.replace("{number}", number);
}

function formatTime(moment, language) {
  return new Date(moment).toLocaleString(language === "en" ? "en-GB" : "es-CO", {
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZone: "America/Bogota",
  });
}

document.addEventListener("kiosk:given", ({ detail: { shown, given } }) => {
  const place = (name) => shown.querySelector(`[data-turn="${name}"]`);
  place("code").textContent = given.code;
  place("ahead").textContent = describeAhead(place("ahead"), given.ahead);
  place("time").textContent = formatTime(given.issued_at, shown.closest("[lang]").lang);
  const code = place("qr");
  code.toggleAttribute("hidden", !given.qr); // a turn that the tablet itself gave has none
  if (!given.qr) return;
  code.setAttribute("viewBox", `0 0 ${given.qr.side} ${given.qr.side}`);
  code.querySelector("path").setAttribute("d", given.qr.path);
});
