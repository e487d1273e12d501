// A phone: shows what arrives, rings, and speaks the code once it is answered (CB-4).
import { ask, copyButton, element, grouped, languageButton, locale, simLabel, translate, word } from "./words.js";

const by = (id) => document.getElementById(id);
const line = decodeURIComponent(location.pathname.split("/").pop());

let state = null;
let settings = { service_code: "" };
let spokenCall = null;

// ---- the screen

function draw() {
  document.title = `${grouped(line)} · ${word("phone_of")}`;
  by("number").textContent = grouped(line);
  by("to").textContent = settings.service_code;
  if (!by("text").value) by("text").value = word("message_default");
  drawSound();
  if (!state) return;
  by("sim").replaceChildren(simLabel(state.sim));
  drawMessages();
  by("compose").hidden = !state.may_send;
  by("notice").hidden = state.may_send;
  by("notice").textContent = word(state.takes_messages ? "cannot_send" : "landline");
  drawCall(state.call);
}

function drawMessages() {
  const items = state.messages.map((message) => ({ at: message.at_ms, node: bubble(message) }));
  const last = state.last_call;
  if (last) {
    const how = { no_answer: "missed", busy: "declined", completed: "ended" }[last.state];
    const text = `${word(how)} · ${last.from} · ${time(last.since_ms)}`;
    items.push({ at: last.since_ms, node: element("li", { className: "event", textContent: text }) });
  }
  items.sort((a, b) => a.at - b.at);
  by("messages").replaceChildren(
    ...(items.length
      ? items.map((item) => item.node)
      : [element("li", { className: "event", textContent: word(state.takes_messages ? "no_messages" : "landline") })]),
  );
  by("thread").scrollTop = by("thread").scrollHeight;
}

const time = (ms) => new Date(ms).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });

/** A message; addresses in it become links, a code gets a button. */
function bubble(message) {
  const text = element("p", { className: "text", lang: "zh-CN" });
  for (const part of message.text.split(/(https?:\/\/[^\s，。]+)/)) {
    text.append(/^https?:\/\//.test(part) ? element("a", { href: part, target: "_blank", rel: "noreferrer", textContent: part }) : part);
  }
  const code = message.outgoing ? null : message.text.match(/(?<!\d)\d{6}(?!\d)/)?.[0];
  const peer = message.outgoing ? `${word("sent_to")} ${message.peer}` : message.peer;
  return element(
    "li",
    { className: message.outgoing ? "bubble mine" : "bubble" },
    element("p", { className: "meta", textContent: `${peer} · ${time(message.at_ms)}` }),
    text,
    code ? copyButton(code, word("copy_code")) : null,
  );
}

// ---- a call

function drawCall(call) {
  const box = by("call");
  const opening = box.hidden && call;
  const wasAnswered = !by("hangup").hidden;
  box.hidden = !call;
  by("inbox").inert = Boolean(call);
  ring(call?.state === "ringing");
  if (!call) {
    hush();
    return;
  }
  const answered = call.state === "answered";
  box.classList.toggle("answered", answered);
  by("call-from").textContent = call.from;
  by("call-state").textContent = word(answered ? "in_call" : "incoming");
  by("answer").hidden = answered;
  by("decline").hidden = answered;
  by("hangup").hidden = !answered;
  by("spoken").hidden = !call.announcement;
  if (opening) by("answer").focus();
  else if (answered && !wasAnswered) by("hangup").focus();
  if (call.announcement && spokenCall !== call.id) {
    spokenCall = call.id;
    showCode(call.announcement.code);
    speak(call.announcement, call.id);
  }
}

function showCode(code) {
  by("code").replaceChildren(...[...code].map((digit) => element("span", { textContent: digit })));
}

async function press(button) {
  try {
    state = await ask(`/phones/${line}/${button}`, {});
    draw();
  } catch {
    // The call ended in between; the next look shows it.
  }
}

// ---- the voice

/** How long a voice may take to begin. */
const SILENCE_MS = 4000;
const DIGITS = [..."零一二三四五六七八九"];

/** The announcement in pieces: each is spoken for itself, so that every digit is heard apart. */
function pieces({ code, language, repeat }) {
  const chinese = /^(cmn|zh)/i.test(language);
  const digits = [...code].map((digit, place) => ({ text: chinese ? DIGITS[Number(digit)] : digit, place }));
  const first = { text: chinese ? "您好，您的验证码是" : "Hello. Your code is" };
  const again = { text: chinese ? "再说一遍" : "Once more" };
  const all = [];
  for (let round = 0; round < Math.max(1, repeat); round += 1) all.push(round ? again : first, ...digits);
  return { all, voice: chinese ? "zh-CN" : language };
}

function mark(place) {
  [...by("code").children].forEach((digit, index) => digit.classList.toggle("now", index === place));
}

function speak(announcement, call) {
  const { all, voice } = pieces(announcement);
  const synthesis = globalThis.speechSynthesis;
  const prefix = voice.slice(0, 2).toLowerCase();
  const voices = synthesis?.getVoices() ?? [];
  const found = voices.find((one) => one.lang.replace("_", "-") === voice) ?? voices.find((one) => one.lang.toLowerCase().startsWith(prefix));
  // Some browsers list their voices late; they may still speak by language alone.
  by("voice-note").hidden = Boolean(synthesis) && (Boolean(found) || voices.length === 0);
  by("again").hidden = !synthesis;
  if (!synthesis) return;
  hush();
  let heard = false;
  all.forEach((piece, index) => {
    const said = new SpeechSynthesisUtterance(piece.text);
    said.lang = voice;
    if (found) said.voice = found;
    said.rate = 0.8;
    said.addEventListener("start", () => {
      heard = true;
      mark(piece.place);
    });
    if (index === all.length - 1) {
      said.addEventListener("end", () => {
        mark(-1);
        // The gateway hangs up when it has said everything; if nothing was heard, the text stays.
        if (heard) setTimeout(() => state?.call?.id === call && press("hangup"), 6000);
      });
    }
    synthesis.speak(said);
  });
  // A voice that is listed may still be dumb.
  setTimeout(() => {
    if (!heard && state?.call?.id === call) by("voice-note").hidden = false;
  }, SILENCE_MS);
}

function hush() {
  globalThis.speechSynthesis?.cancel();
  mark(-1);
}

// ---- the ringer

let audio = null;
let ringing = null;

function drawSound() {
  const on = audio?.state === "running";
  by("sound").textContent = word(on ? "sound_is_on" : "sound_on");
  by("sound").disabled = on;
}

/** Browsers let a page make sounds only after a touch or a key. */
async function soundOn() {
  try {
    audio ??= new AudioContext();
    await audio.resume();
  } catch {
    audio = null;
  }
  drawSound();
}

function tone() {
  if (audio?.state !== "running") return;
  for (const [at, pitch] of [[0, 660], [0.18, 880], [0.36, 660], [0.54, 880]]) {
    const oscillator = audio.createOscillator();
    const gain = audio.createGain();
    const start = audio.currentTime + at;
    oscillator.frequency.value = pitch;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.12, start + 0.02);
    gain.gain.linearRampToValueAtTime(0, start + 0.16);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.17);
  }
}

function ring(on) {
  if (!on) {
    clearInterval(ringing);
    ringing = null;
    return;
  }
  if (ringing) return;
  tone();
  navigator.vibrate?.([300, 150, 300]);
  ringing = setInterval(() => {
    tone();
    navigator.vibrate?.([300, 150, 300]);
  }, 2000);
}

// ---- looking for news

async function watch() {
  for (;;) {
    try {
      const after = state ? `?after=${state.version}` : "";
      state = await ask(`/phones/${line}/state${after}`);
      by("network").textContent = word("online");
      by("network").classList.remove("lost");
      draw();
    } catch {
      by("network").textContent = word("offline");
      by("network").classList.add("lost");
      await new Promise((done) => setTimeout(done, 1500));
    }
  }
}

function tick() {
  by("clock").textContent = new Date().toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

by("answer").addEventListener("click", () => press("answer"));
by("decline").addEventListener("click", () => press("decline"));
by("hangup").addEventListener("click", () => press("hangup"));
by("again").addEventListener("click", () => {
  if (state?.call?.announcement) speak(state.call.announcement, state.call.id);
});
by("sound").addEventListener("click", soundOn);
document.addEventListener("pointerdown", soundOn, { once: true });
document.addEventListener("keydown", soundOn, { once: true });
by("call").addEventListener("keydown", (event) => {
  // The dialog keeps the focus: only its own visible buttons are reached.
  if (event.key !== "Tab") return;
  const buttons = [...by("call").querySelectorAll("button")].filter((button) => button.offsetParent);
  const edge = event.shiftKey ? buttons[0] : buttons.at(-1);
  if (document.activeElement === edge) {
    event.preventDefault();
    (event.shiftKey ? buttons.at(-1) : buttons[0])?.focus();
  }
});
by("compose").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await ask(`/phones/${line}/send`, { to: settings.service_code, text: by("text").value });
    by("text").value = "";
  } catch {
    by("notice").hidden = false;
    by("notice").textContent = word("failed");
  }
});

translate();
languageButton(by("language"), draw);
ask("/pages/settings.json").then((found) => {
  settings = found;
  draw();
});
tick();
setInterval(tick, 10_000);
globalThis.speechSynthesis?.getVoices();
draw();
watch();
