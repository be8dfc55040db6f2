// A session ends for lack of use. A gentle notice comes before; at the end a cover hides the page from passers-by and
// keeps what was typed behind it, in memory alone.
const seconds = Number(document.body.dataset.sessionSeconds);
const NOTICE_BEFORE_S = Math.min(120, seconds / 4);

function start() {
  const notice = document.querySelector("[data-session-notice]");
  const cover = document.querySelector("[data-session-cover]");
  let ends = Date.now() + seconds * 1000;

  const check = () => {
    const left = (ends - Date.now()) / 1000;
    notice.hidden = left > NOTICE_BEFORE_S || left <= 0;
    if (left <= 0 && !cover.open) cover.showModal();
  };
  const renew = async () => {
    const asked = Date.now();
    const reply = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => null);
    // Sent on to the sign-in page: the session is over.
    if (!reply?.ok || reply.redirected) return;
    ends = asked + seconds * 1000;
    notice.hidden = true;
    cover.close();
  };
  document.querySelector("[data-session-keep]").addEventListener("click", renew);
  document.querySelector("[data-session-continue]").addEventListener("click", renew);
  cover.addEventListener("cancel", (event) => event.preventDefault());
  // A tablet that slept has missed its timers; the clock tells.
  document.addEventListener("visibilitychange", check);
  setInterval(check, 1000);
}

if (seconds > 0) start();
