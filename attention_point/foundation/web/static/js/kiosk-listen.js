// Reads the kiosk's screen aloud where the browser has a voice: the question, what stands under it, and its answers. Where
// it has none, the button stays hidden.
const speech = window.speechSynthesis;
let screen;

const isVisible = (part) => part.checkVisibility?.() ?? true;

function read() {
  speech.cancel();
  const language = screen.closest("[lang]").lang;
  for (const part of screen.querySelectorAll("h1, h2, h3, p, .tile, label, output, .press--main")) {
    const text = part.textContent.trim();
    if (!text || !isVisible(part)) continue;
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = (part.lang || language) === "en" ? "en" : "es-CO";
    utterance.rate = 0.9;
    speech.speak(utterance);
  }
}

function offer() {
  const hasVoice = speech.getVoices().length > 0;
  for (const button of document.querySelectorAll("[data-listen]")) button.hidden = !hasVoice;
}

document.addEventListener("kiosk:screen", ({ detail }) => {
  screen = detail;
  speech?.cancel();
});
document.addEventListener("click", ({ target }) => target.closest("[data-listen]") && read());
if (speech) {
  speech.addEventListener?.("voiceschanged", offer);
  offer();
}
