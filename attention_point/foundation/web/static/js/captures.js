// What a page that works without network needs before and while it keeps something: whether this tablet can keep it, the
// time, ids, and sealing. The pages of the form, of the outbox and of the kiosk use it; outbox.js keeps what is sealed.
globalThis.captures = (() => {
  const INFO = new TextEncoder().encode("attention-point outbox");
  const TIME_ZONE = "America/Bogota";
  const LEAST_ROOM = 5_000_000; // bytes: about a thousand captures
  const SMALLEST_SIZE = 4096; // bytes; the next sizes are twice as large each, so that a size tells little of what was typed
  const MINUTE_MS = 60_000;

  const toBase64 = (bytes) => {
    let text = "";
    for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
    return btoa(text);
  };
  const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  // UUIDv7: 48 bits of time, the rest random (RFC 9562, section 5.7).
  function newId(now = Date.now()) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(now / 2 ** (8 * (5 - index))) & 255;
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  // The server's time as far as the tablet knows it: its own clock, corrected by what the last kit said.
  const readClock = (agent) => new Date(Date.now() + (agent?.clock ?? 0));

  // The day (DD/MM/YYYY) and the time (HH:MM) at the point, wherever the tablet believes that it is.
  function describeTime(moment) {
    const parts = { timeZone: TIME_ZONE, day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const at = Object.fromEntries(new Intl.DateTimeFormat("es-CO", parts).formatToParts(moment).map(({ type, value }) => [type, value]));
    return { day: `${at.day}/${at.month}/${at.year}`, time: `${at.hour}:${at.minute}` };
  }

  async function findStorageProblem() {
    try {
      await outbox.open();
      await outbox.write("state", { name: "probe", at: Date.now() });
    } catch (error) {
      return error?.name === "QuotaExceededError" ? "full" : "storage";
    }
    await navigator.storage?.persist?.().catch(() => {}); // the browser then clears it only if somebody says so
    const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
    return quota && quota - usage < LEAST_ROOM ? "full" : null;
  }

  // The codes of what stands in the way, the worst first; those of WARNINGS leave the way free.
  async function findProblems(user) {
    if (!globalThis.isSecureContext || !crypto.subtle) return ["insecure"];
    if (!(await hpke.isSupported())) return ["unsupported"];
    const storage = await findStorageProblem();
    if (storage) return [storage];
    const agent = user && (await outbox.findAgent(user));
    if (!agent) return ["nobody"];
    const now = readClock(agent).getTime();
    const received = agent.received_at + agent.clock;
    if (agent.expires_at && now > Date.parse(agent.expires_at)) return ["expired"];
    const problems = [];
    // The clock went back since the last kit, or was wrong when it came.
    if (now < received - MINUTE_MS || Math.abs(agent.clock) > 24 * 60 * MINUTE_MS) problems.push("clock");
    if (!agent.references.length) problems.push("references");
    return problems;
  }
  const WARNINGS = ["clock", "references"];

  function encode(content) {
    const bytes = new TextEncoder().encode(JSON.stringify(content));
    const size = Math.max(SMALLEST_SIZE, 2 ** Math.ceil(Math.log2(bytes.length)));
    const padded = new Uint8Array(size).fill(0x20); // JSON may end in spaces
    padded.set(bytes);
    return padded;
  }

  // Seals what was captured to the point's key and keeps it. Nothing of it is written anywhere before it is sealed.
  async function keep(user, id, content, reference = null) {
    const agent = await outbox.findAgent(user);
    const sealed = await hpke.seal(fromBase64(agent.key.public), INFO, encode(content));
    const captured_at = readClock(agent).toISOString();
    return outbox.keepCapture(user, { id, captured_at, key: agent.key.id, sealed: toBase64(sealed), reference });
  }

  function showProblems(problems) {
    for (const part of document.querySelectorAll("[data-problem]")) part.hidden = !problems.includes(part.dataset.problem);
    return !problems.some((problem) => !WARNINGS.includes(problem));
  }

  // Parts that are there only with, or only without, a network.
  function followNetwork() {
    const isOnline = document.documentElement.dataset.connection === "online";
    for (const part of document.querySelectorAll("[data-when-online]")) part.hidden = !isOnline;
    for (const part of document.querySelectorAll("[data-when-offline]")) part.hidden = isOnline;
  }
  document.addEventListener("network", followNetwork);
  followNetwork();

  return Object.freeze({ newId, readClock, describeTime, findProblems, showProblems, keep });
})();
