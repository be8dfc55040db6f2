// The waiting room's screen: it follows the calls by server-sent events and, where these do not come, asks for them. It
// goes by the server's clock alone, changes the texts of a fixed page, and so can stay on for weeks.
const { address, updatedAt, locale, timeZone, lostText, justNow } = document.body.dataset;
const LOST_AFTER_MS = 20000; // the server repeats itself every 10 s
const REFUSED_AFTER_MS = 5000;
const LISTEN_AGAIN_MS = 15000;
const TOO_OLD_TO_CALL_MS = 60000;
const SHOWN_AT_LEAST_MS = 4000;
const SPEECH_AT_MOST_MS = 12000;
const HIGHLIGHT_MS = 20000;
const find = (name, root = document) => root.querySelector(`[data-${name}]`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const rows = [...document.querySelectorAll("[data-row]")];
const hours = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", timeZone });
const ages = new Intl.RelativeTimeFormat(locale, { numeric: "always" });

let calls = null; // as the server sent them, the latest first; until then the page shows them
let readAt = Date.parse(updatedAt); // the server's clock at the last message, in milliseconds
let receivedAt = performance.now();
let hasFailed = false;

const serverNow = () => readAt + performance.now() - receivedAt;

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// --- What is shown

function sayAge(time) {
  const minutes = Math.floor((serverNow() - Date.parse(time)) / 60000);
  if (minutes < 1) return justNow;
  const text = minutes < 60 ? ages.format(-minutes, "minute") : ages.format(-Math.floor(minutes / 60), "hour");
  return text[0].toUpperCase() + text.slice(1);
}

function writeCall(root, call) {
  write(find("code", root), call.code);
  find("code", root).classList.toggle("is-wide", call.code.length > 5);
  write(find("desk", root), call.desk);
  find("desk", root).classList.toggle("is-long", call.desk.length > 3);
  const age = find("age", root);
  age.dateTime = call.called_at;
  write(age, sayAge(call.called_at));
}

function draw(announced = null) {
  const current = announced ?? calls[0];
  const others = calls.filter((call) => call.code !== current?.code);
  find("current").hidden = !current;
  find("empty").hidden = Boolean(current);
  find("latest").hidden = others.length === 0;
  if (current) writeCall(find("current"), current);
  rows.forEach((row, index) => {
    row.hidden = !others[index];
    if (others[index]) writeCall(row, others[index]);
  });
}

function tick() {
  for (const age of document.querySelectorAll("time[data-age]")) if (age.dateTime) write(age, sayAge(age.dateTime));
  const clock = find("clock");
  clock.hidden = false;
  write(clock, hours.format(serverNow()));
  write(find("updated"), hours.format(readAt));
  const silentMs = performance.now() - receivedAt;
  const isLost = silentMs > LOST_AFTER_MS || (hasFailed && silentMs > REFUSED_AFTER_MS);
  const banner = find("lost");
  banner.hidden = !isLost;
  if (isLost) write(banner, lostText.replace("{time}", hours.format(readAt)));
}

// --- Sound: a chime, then the call in each language that was chosen and for which there is a voice

let audio = null;
let speech = new URLSearchParams(location.search).get("speech"); // "es", "es-en" or "none"; kept in the address
const soundBar = find("sound");

async function chime() {
  if (audio?.state === "suspended") await audio.resume();
  if (audio?.state !== "running") return;
  [659.3, 523.3].forEach((frequency, index) => {
    const start = audio.currentTime + index * 0.45;
    const gain = new GainNode(audio, { gain: 0 });
    const tone = new OscillatorNode(audio, { frequency });
    gain.gain.setTargetAtTime(0.5, start, 0.01);
    gain.gain.setTargetAtTime(0, start + 0.08, 0.25);
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 1.4);
  });
  await pause(1500);
  await audio.suspend(); // a silent output for a week would only cost power
}

function speak(text, code) {
  const voices = window.speechSynthesis?.getVoices() ?? [];
  const voice = voices.find((candidate) => candidate.lang.toLowerCase().startsWith(code));
  if (!voice) return Promise.resolve();
  return new Promise((resolve) => {
    const utterance = Object.assign(new SpeechSynthesisUtterance(text), { voice, lang: voice.lang, rate: 0.9 });
    const end = () => {
      clearTimeout(limit);
      resolve();
    };
    const limit = setTimeout(end, SPEECH_AT_MOST_MS); // some browsers never say that they have ended
    utterance.addEventListener("end", end);
    utterance.addEventListener("error", end);
    speechSynthesis.cancel();
    speechSynthesis.speak(utterance);
  });
}

async function sound(call) {
  if (!audio) return;
  await chime();
  for (const code of speech.split("-")) {
    const sentence = document.body.dataset[`call${code[0].toUpperCase()}${code.slice(1)}`];
    await speak(sentence.replace("{code}", call.code.replace("-", " ")).replace("{desk}", call.desk), code);
  }
}

async function startSound() {
  audio ??= new AudioContext();
  await Promise.race([audio.resume(), pause(500)]); // without a gesture, some browsers leave it waiting
  soundBar.hidden = audio.state === "running";
  if (audio.state === "running") await audio.suspend();
  else audio = null;
}

soundBar.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  speech = button.value;
  const here = new URL(location.href);
  here.searchParams.set("speech", speech);
  history.replaceState(null, "", here);
  if (speech === "none") soundBar.hidden = true;
  else startSound().then(() => audio && chime());
});

// --- Calling

const waiting = [];
let isCalling = false;

async function callWaiting() {
  if (isCalling) return;
  isCalling = true;
  const current = find("current");
  let dim = 0;
  while (waiting.length) {
    const call = waiting.shift();
    draw(call);
    clearTimeout(dim);
    current.classList.remove("is-new");
    current.getBoundingClientRect(); // so that the animation begins anew
    current.classList.add("is-new");
    dim = setTimeout(() => current.classList.remove("is-new"), HIGHLIGHT_MS);
    await Promise.all([sound(call).catch(() => {}), pause(SHOWN_AT_LEAST_MS)]);
  }
  isCalling = false;
  draw();
}

const isSame = (one, other) => one.code === other.code && one.called_at === other.called_at;

function receive(board) {
  const before = calls ?? board.calls.filter((call) => Date.parse(call.called_at) <= readAt);
  readAt = Date.parse(board.updated_at);
  receivedAt = performance.now();
  hasFailed = false;
  calls = board.calls;
  const isNew = (call) =>
    !before.some((shown) => isSame(shown, call)) && readAt - Date.parse(call.called_at) < TOO_OLD_TO_CALL_MS;
  waiting.push(...calls.filter(isNew).reverse());
  if (waiting.length) callWaiting();
  else if (!isCalling) draw();
  tick();
}

// --- Connection

let source = null;
let listenedAt = 0;
let isAsking = false;

function listen() {
  source?.close();
  listenedAt = performance.now();
  source = new EventSource(`${address}/events`);
  source.addEventListener("message", (event) => receive(JSON.parse(event.data)));
}

async function ask() {
  if (isAsking) return;
  isAsking = true;
  try {
    const reply = await fetch(`${address}.json`, { redirect: "manual", signal: AbortSignal.timeout(5000) });
    if (reply.ok) receive(await reply.json());
    // This screen is no longer enrolled, or the session is over: the server's page says what to do.
    else if (reply.type === "opaqueredirect" || [401, 403, 404].includes(reply.status)) location.reload();
    else hasFailed = true;
  } catch {
    hasFailed = true;
  } finally {
    isAsking = false;
  }
}

function watch() {
  const silentMs = performance.now() - receivedAt;
  const sinceMs = performance.now() - listenedAt;
  // A connection may be dead without either side knowing; after some replies a browser gives up by itself.
  const isOver = source.readyState === EventSource.CLOSED && sinceMs > REFUSED_AFTER_MS;
  if (isOver || (silentMs > LISTEN_AGAIN_MS && sinceMs > LISTEN_AGAIN_MS)) listen();
  if (silentMs > LISTEN_AGAIN_MS || (silentMs > 2000 && source.readyState !== EventSource.OPEN)) ask();
  tick();
}

async function keepAwake() {
  if (!document.hidden) await navigator.wakeLock?.request("screen").catch(() => {});
}

listen();
tick();
setInterval(watch, 1000);
keepAwake();
document.addEventListener("visibilitychange", keepAwake);
if (speech === "none") soundBar.hidden = true;
else soundBar.hidden = false;
if (speech && speech !== "none") startSound();
