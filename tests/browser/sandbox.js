// What the tests ask the outside world, beside the page: phones, register, CRM, ledger.

const BASE = process.env.SANDBOX_URL;

async function call(path, init) {
  const answer = await fetch(BASE + path, init);
  if (!answer.ok) throw new Error(`${init?.method ?? "GET"} ${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return text === "" ? undefined : JSON.parse(text);
}

const post = (path, body) =>
  call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) });

export const citizens = () => call("/citizens");
export const subscription = (iccid) => call(`/crm/subscriptions/${iccid}`);
export const records = () => call("/crm/records");
export const ledger = () => call("/ledger");
export const control = (order) => post("/control", order);

/** Asks `look` until it gives something. */
export async function until(what, look, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}

/** Answers the phone and listens to the code (CB-4). */
export async function hear(line) {
  await until(`a call to ${line}`, async () => ((await call(`/phones/${line}/state`)).call?.state === "ringing" ? true : undefined));
  await post(`/phones/${line}/answer`);
  return until("the spoken code", async () => (await call(`/phones/${line}/state`)).call?.announcement?.code);
}

/** Lets a call ring out on the user's side. */
export async function decline(line) {
  await until(`a call to ${line}`, async () => ((await call(`/phones/${line}/state`)).call?.state === "ringing" ? true : undefined));
  await post(`/phones/${line}/decline`);
}

/** Reads the code in the newest message (CB-7); `seen` messages are old. */
export async function read(line, seen = 0) {
  return until(`a message to ${line}`, async () => {
    const messages = await call(`/phones/${line}/messages`);
    const fresh = messages.slice(seen).map(({ text }) => /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0]).filter(Boolean);
    return fresh.at(-1);
  });
}

export const messages = (line) => call(`/phones/${line}/messages`);
