// The tablet's outbox: what was captured without network, sealed, in the order in which it was captured, each agent's
// apart. Pages and the service worker load this file; a classic worker imports no module, so it stands in one global.
// Nothing here ever sees a personal value: it keeps and sends bytes that only the server opens (decision 43).
globalThis.outbox = (() => {
  const ADDRESS = "/api/v1/outbox";
  const BATCH_ADDRESS = "/api/v1/outbox/batch";
  const LOCK = "outbox";
  const BATCH = 5; // captures of a request; with more a desk would wait longer for the writing lock than it does for single ones
  const BATCH_LETTERS = 256 * 1024; // sealed ones of a request, if it has more than one capture
  const IN_FLIGHT = 2; // the server works at one while the other is on its way; it does not depend on the order of arrival
  const REPLY_MS = 30_000;
  const FIRST_PAUSE_MS = 1_000;
  const LONGEST_PAUSE_MS = 60_000;
  const FAILURES_IN_A_ROW = 6; // of the server: then the fault is not one capture's
  const TOLD_AT_MOST_MS = 250;
  const RECEIPTS_KEPT_MS = 7 * 24 * 3_600_000;
  const channel = new BroadcastChannel("outbox");
  const listeners = [];
  // A channel tells the other pages and the worker, and not the page that speaks. Hundreds of changes are told as one.
  let telling = 0;
  const tellHere = () => {
    telling ||= setTimeout(() => {
      telling = 0;
      listeners.forEach((listen) => listen());
    }, TOLD_AT_MOST_MS);
  };
  const changed = () => (channel.postMessage("changed"), tellHere());
  const onChange = (listen) => void listeners.push(listen);
  channel.addEventListener("message", tellHere);

  const answer = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  let opened;
  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("outbox", 1);
      request.onupgradeneeded = () => {
        const database = request.result;
        database.createObjectStore("agents", { keyPath: "user" });
        database.createObjectStore("state", { keyPath: "name" });
        database.createObjectStore("receipts", { keyPath: "id" });
        const captures = database.createObjectStore("captures", { keyPath: ["user", "sequence"] });
        captures.createIndex("id", "id", { unique: true });
        captures.createIndex("due", ["state", "next_at"]);
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => (request.result.close(), (opened = undefined));
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
    }).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  // What is captured must be on the disk before the page says so ("strict"); what is only tidied up may be done again.
  async function transact(names, mode, act, durability = "relaxed") {
    const database = await open();
    const transaction = database.transaction(names, mode, { durability });
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
    finished.catch(() => {}); // told below, once `act` is through
    const result = await act(...[names].flat().map((name) => transaction.objectStore(name)));
    await finished;
    return result;
  }

  const read = (name, key) => transact(name, "readonly", (store) => answer(store.get(key)));
  const write = (name, row) => transact(name, "readwrite", (store) => answer(store.put(row)));
  const list = (name) => transact(name, "readonly", (store) => answer(store.getAll()));
  // The first captures of an agent: a page shows no more of them, for each brings its sealed bytes along.
  const listCaptures = (user, most) =>
    transact("captures", "readonly", (captures) => answer(captures.getAll(IDBKeyRange.bound([user], [user, []]), most)));

  // --- agents: the kit of each, and who works on this tablet now

  const findAgent = (user) => read("agents", user);
  const findCurrentUser = async () => (await read("state", "current"))?.user ?? null;
  const setCurrentUser = (user) => write("state", { name: "current", user }).then(changed);

  // The server gives references of which it has seen no capture; those that are spent here stay so until it has. `clock` is
  // by how much the server's clock is ahead of the tablet's, in milliseconds.
  async function keepKit(kit) {
    await transact("agents", "readwrite", async (agents) => {
      const before = await answer(agents.get(kit.user));
      const spent = (before?.spent ?? []).filter((reference) => kit.references.includes(reference));
      const references = kit.references.filter((reference) => !spent.includes(reference));
      const clock = Date.parse(kit.now) - Date.now() || 0;
      const { sequence = 0, numbers } = before ?? {};
      await answer(agents.put({ ...kit, references, spent, sequence, numbers, clock, received_at: Date.now() }));
    });
    changed();
  }

  // Takes the next reference of the block; null once it is used up. What was taken is never given again.
  const takeReference = (user) =>
    transact(
      "agents",
      "readwrite",
      async (agents) => {
        const agent = await answer(agents.get(user));
        const [reference = null, ...references] = agent.references;
        await answer(agents.put({ ...agent, references, spent: reference ? [...agent.spent, reference] : agent.spent }));
        return reference;
      },
      "strict",
    );

  // The next number of a day, for turns that a kiosk numbers itself.
  const takeNumber = (user, day) =>
    transact(
      "agents",
      "readwrite",
      async (agents) => {
        const agent = await answer(agents.get(user));
        const number = agent.numbers?.day === day ? agent.numbers.last + 1 : 1;
        await answer(agents.put({ ...agent, numbers: { day, last: number } }));
        return number;
      },
      "strict",
    );

  // --- captures

  // Keeps a sealed capture under the agent's next sequence number; the same id once only. Returns the row.
  async function keepCapture(user, { id, captured_at, key, sealed, reference }) {
    const row = await transact(
      ["agents", "captures"],
      "readwrite",
      async (agents, captures) => {
        const before = await answer(captures.index("id").get(id));
        if (before) return before;
        const agent = await answer(agents.get(user));
        const sequence = agent.sequence + 1;
        const added = { user, sequence, id, captured_at, key, sealed, reference, ticket: agent.ticket, state: "waiting", tries: 0, next_at: 0 };
        await answer(captures.add(added));
        await answer(agents.put({ ...agent, sequence }));
        return added;
      },
      "strict",
    );
    changed();
    return row;
  }

  const WAITING = IDBKeyRange.bound(["waiting", 0], ["waiting", Infinity]);
  const REFUSED = IDBKeyRange.bound(["refused", 0], ["refused", Infinity]);
  const listKeys = (range) => transact("captures", "readonly", (captures) => answer(captures.index("due").getAllKeys(range)));

  // Counts for the badge: the agent's own, those of others on this tablet, and what the server refused.
  async function count(user) {
    const isOwn = ([owner]) => owner === user;
    const waiting = await listKeys(WAITING);
    const own = waiting.filter(isOwn).length;
    const refused = (await listKeys(REFUSED)).filter(isOwn).length;
    return { own, others: waiting.length - own, refused, pause: (await read("state", "pause")) ?? null };
  }

  // Back into the queue, for what was refused by mistake; or away, once a person has dealt with it.
  const sendAgain = (user, sequence) =>
    transact("captures", "readwrite", async (captures) => {
      const row = await answer(captures.get([user, sequence]));
      await answer(captures.put({ ...row, state: "waiting", tries: 0, next_at: 0, refusal: undefined }));
    }).then(changed);
  const removeRefused = (user, sequence) =>
    transact("captures", "readwrite", async (captures) => {
      const row = await answer(captures.get([user, sequence]));
      if (row?.state === "refused") await answer(captures.delete([user, sequence]));
    }).then(changed);

  // --- sending

  const backOff = (tries) => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + Math.random() / 2);

  function readRetryAfter(reply) {
    const text = reply?.headers.get("Retry-After");
    const wait = /^\d+$/.test(text ?? "") ? Number(text) * 1000 : Date.parse(text ?? "") - Date.now();
    return wait > 0 ? Math.min(wait, 10 * LONGEST_PAUSE_MS) : 0;
  }

  // The receipt is kept and the capture deleted in one transaction: neither is ever missing.
  const settle = (row, receipt) =>
    transact(["captures", "receipts"], "readwrite", async (captures, receipts) => {
      const { user, sequence, id, captured_at, reference } = row;
      const { state, visit = null, received_at } = receipt;
      await answer(receipts.put({ user, sequence, id, captured_at, state, visit, received_at, reference: receipt.reference ?? reference }));
      await answer(captures.delete([user, sequence]));
    });

  // Of a refusal the names of the fields are kept and never its sentences, which may repeat what somebody typed.
  const refuse = (row, status, body) =>
    write("captures", {
      ...row,
      state: "refused",
      refusal: {
        status,
        code: body?.error ?? "",
        kept: Boolean(body?.state), // on the server too
        fields: (body?.fields ?? []).map(({ field }) => field).filter(Boolean).slice(0, 20),
      },
    });

  async function describe(row, tickets) {
    if (!tickets.has(row.user)) tickets.set(row.user, (await findAgent(row.user))?.ticket);
    const { id, sequence, captured_at, key, sealed } = row;
    return { id, sequence, captured_at, key, sealed, ticket: tickets.get(row.user) ?? row.ticket };
  }

  // The status is 0 where there is no reply; the body is null where it is no JSON.
  async function post(address, content) {
    let reply = null;
    try {
      reply = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(content),
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error", // to a sign-in page, or to that of a network which wants to be paid: nothing was received
        signal: AbortSignal.timeout(REPLY_MS),
      });
      // Without its whole body the reply did not arrive: the server gives the same receipts again.
      const text = await reply.text();
      return { status: reply.status, wait: readRetryAfter(reply), body: parse(text) };
    } catch {
      return { status: 0, wait: 0, body: null };
    }
  }

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  // What a status says of every capture of its request: "denied" (who sends it must sign in, or the tablet is revoked),
  // "stop" (the line or the server is down: so are all others), or null where each is another matter.
  function readFault(status) {
    if (status === 401 || status === 403) return "denied";
    return !status || status === 408 || status === 429 || status === 503 || (status >= 202 && status < 400) ? "stop" : null;
  }

  // Settles one capture by the reply to it. Returns what came of it: "sent", "refused", "later" (its own fault of the
  // server), "denied" or "stop".
  async function settleReply(row, { status, wait, body }) {
    if (status === 200 || status === 201) {
      if (body?.id !== row.id) return { outcome: "stop", status: 0 };
      if (!["recorded", "review", "discarded"].includes(body.state)) return refuse(row, status, body).then(() => ({ outcome: "refused", status }));
      await settle(row, body);
      return { outcome: "sent" };
    }
    const fault = readFault(status);
    if (fault) return { outcome: fault, status, wait, code: body?.error ?? "" };
    if (status >= 500) {
      await write("captures", { ...row, tries: row.tries + 1, next_at: Date.now() + (wait || backOff(row.tries)) });
      return { outcome: "later", status };
    }
    await refuse(row, status, body);
    return { outcome: "refused", status };
  }

  const sendOne = async (row, tickets) => settleReply(row, await post(ADDRESS, await describe(row, tickets)));

  // Sends several in one request. Returns their outcomes; null where the request itself failed for a reason that may be
  // that of one of them, or of an older server: then each is sent alone.
  async function sendTogether(rows, tickets) {
    const reply = await post(BATCH_ADDRESS, { captures: await Promise.all(rows.map((row) => describe(row, tickets))) });
    const fault = readFault(reply.status);
    if (fault) return rows.map(() => ({ outcome: fault, status: reply.status, wait: reply.wait, code: reply.body?.error ?? "" }));
    const { results } = reply.body ?? {};
    if (reply.status !== 200 || results?.length !== rows.length) return null;
    return Promise.all(
      rows.map((row, place) => {
        const { status, receipt, retry_after, ...refusal } = results[place];
        return settleReply(row, { status, wait: 1000 * (retry_after ?? 0), body: { ...refusal, ...receipt } });
      }),
    );
  }

  // All that is due, by the agents' sequence numbers, some of them together. Returns what stopped it, or denied it to somebody.
  async function sendDue() {
    const keys = await transact("captures", "readonly", (captures) => answer(captures.getAllKeys()));
    const denied = new Set();
    const tickets = new Map(); // of the newest session of each agent
    const run = { stop: null, denial: null, sent: 0, failures: 0 };

    const isDue = (row) => row?.state === "waiting" && row.next_at <= Date.now() && !denied.has(row.user);
    // The next ones that go together. One that failed before goes alone: the others do not wait for it.
    async function takeBatch() {
      const names = keys.splice(0, BATCH);
      const found = await transact("captures", "readonly", (captures) => Promise.all(names.map((name) => answer(captures.get(name)))));
      const rows = found.filter(isDue);
      let [number, letters] = [0, 0];
      for (const row of rows) {
        letters += row.sealed.length;
        if (number && (letters > BATCH_LETTERS || row.tries || rows[0].tries)) break;
        number += 1;
      }
      keys.unshift(...rows.slice(number).map(({ user, sequence }) => [user, sequence]));
      return rows.slice(0, number);
    }

    function note(row, result) {
      run.failures = result.outcome === "later" ? run.failures + 1 : 0;
      if (result.outcome === "sent" && ++run.sent % 25 === 0) changed();
      if (result.outcome === "denied") denied.add(row.user), (run.denial = result);
      if (result.outcome === "stop" || run.failures >= FAILURES_IN_A_ROW) run.stop ??= result;
    }

    const work = async () => {
      while (!run.stop && keys.length) {
        const rows = await takeBatch();
        const together = rows.length > 1 ? await sendTogether(rows, tickets) : null;
        for (const [place, row] of rows.entries())
          if (together) note(row, together[place]);
          else if (!run.stop && !denied.has(row.user)) note(row, await sendOne(row, tickets));
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
    return run;
  }

  // What became of the refused ones that the server keeps: it may have been corrected or discarded there meanwhile.
  async function askAboutRefused(user, most) {
    const tickets = new Map();
    for (const row of await listCaptures(user, most))
      if (row.state === "refused" && row.refusal.kept) await sendOne(row, tickets);
    changed();
  }

  async function notePause({ stop, sent, denial }) {
    const pause = stop ?? denial;
    if (!pause) return transact("state", "readwrite", (state) => answer(state.delete("pause")));
    const tries = sent ? 0 : ((await read("state", "pause"))?.tries ?? 0);
    // Who must sign in is not hurried by asking often; the page that follows a sign-in tries at once.
    const wait = stop ? stop.wait || backOff(tries) : LONGEST_PAUSE_MS;
    return write("state", { name: "pause", until: Date.now() + wait, tries: tries + 1, status: pause.status, code: pause.code ?? "" });
  }

  // The moment of the next try; null where nothing waits.
  async function findNextTry() {
    const soonest = await transact("captures", "readonly", (captures) => answer(captures.index("due").openKeyCursor(WAITING)));
    return soonest ? Math.max((await read("state", "pause"))?.until ?? 0, soonest.key[1]) : null;
  }

  async function prune() {
    const oldest = Date.now() - RECEIPTS_KEPT_MS;
    await transact("receipts", "readwrite", async (receipts) => {
      for (const row of await answer(receipts.getAll()))
        if (Date.parse(row.received_at ?? row.captured_at) < oldest) receipts.delete(row.id);
    });
  }

  // Sends what is due. Two pages, or a page and the service worker, never send at once: the second one leaves it to the
  // first. With `now` a pause is not waited for (the network is back, or somebody signed in).
  function send({ now = false } = {}) {
    return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      const due = await findNextTry();
      if (due === null || (!now && due > Date.now())) return;
      await notePause(await sendDue());
      await prune();
      changed();
    });
  }

  return Object.freeze({
    open, list, listCaptures, read, write, onChange, findAgent, findCurrentUser, setCurrentUser, keepKit, takeReference, takeNumber, keepCapture, count,
    sendAgain, removeRefused, askAboutRefused, findNextTry, send,
  });
})();
