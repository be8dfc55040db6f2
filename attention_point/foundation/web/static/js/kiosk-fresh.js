// A kiosk stands open for weeks. While nobody is at it, the page is loaded anew now and then, so that needs, the consent text
// and the program are those of today; but only where the server answers, for an error page would be the end of the kiosk.
const INTERVAL_MS = 15 * 60 * 1000;
const loadedAt = Date.now();
let isFirstScreen = false;

document.addEventListener("kiosk:screen", ({ detail }) => {
  isFirstScreen = detail.dataset.step === "language";
});
setInterval(async () => {
  if (!isFirstScreen || Date.now() - loadedAt < INTERVAL_MS) return;
  const reply = await fetch(location.pathname, { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (reply?.ok && !reply.redirected && isFirstScreen) location.reload();
}, 60 * 1000);
