// A session ends for lack of use. A gentle notice comes before; at the end a cover hides the page from passers-by and
// keeps what was typed behind it, in memory alone. A page belongs to the account that opened it: as soon as this browser
// is somebody else's, every page of the account before goes, also one that going back would show again.
const { sessionSeconds, sessionOwner } = document.body.dataset;
const seconds = Number(sessionSeconds);
const NOTICE_BEFORE_S = Math.min(120, seconds / 4);
const OWNER_HEADER = "Session-Owner";

function leave() {
  // Nobody is asked whether to stay on a page that is another person's.
  for (const form of document.querySelectorAll("form[data-unsaved]")) form.dispatchEvent(new Event("kept"));
  document.body.hidden = true;
  location.replace("/");
}

function start() {
  const notice = document.querySelector("[data-session-notice]");
  const cover = document.querySelector("[data-session-cover]");
  const channel = new BroadcastChannel("session");
  let ends = Date.now() + seconds * 1000;

  const hide = () => cover.open || cover.showModal();
  const check = () => {
    const left = (ends - Date.now()) / 1000;
    notice.hidden = left > NOTICE_BEFORE_S || left <= 0;
    if (left <= 0) hide();
  };
  const ask = async () => {
    const asked = Date.now();
    const reply = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (!reply) return;
    // Sent on to the sign-in page: the session is over.
    if (!reply.ok || reply.redirected) return hide();
    if (reply.headers.get(OWNER_HEADER) !== sessionOwner) return leave();
    ends = asked + seconds * 1000;
    notice.hidden = true;
    cover.close();
  };
  document.querySelector("[data-session-keep]").addEventListener("click", ask);
  document.querySelector("[data-session-continue]").addEventListener("click", ask);
  cover.addEventListener("cancel", (event) => event.preventDefault());
  // A tablet that slept has missed its timers; the clock tells. Who comes back to a tab may be somebody else.
  document.addEventListener("visibilitychange", () => {
    check();
    if (!document.hidden) ask();
  });
  setInterval(check, 1000);
  // Other tabs hear whose page this one is.
  channel.addEventListener("message", ({ data }) => data !== sessionOwner && leave());
  channel.postMessage(sessionOwner);
  // A page out of the browser's memory is covered until the server says whose browser this is now.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    hide();
    ask();
  });
}

if (seconds > 0) start();
