// A long task is done a part at a time: the page that shows how far it is asks for the next part by itself.
const PAUSE_MS = 150; // long enough to see the bar move
const next = document.querySelector("form[data-continue]");
if (next) setTimeout(() => next.requestSubmit(), PAUSE_MS);
