// What the sandbox's pages say, in Chinese and English.

const WORDS = {
  zh: {
    title: "沙箱 · 外面的世界",
    badge: "仅供开发与测试",
    intro:
      "这里扮演实名登记之外的一切：公民身份登记库、运营商的客户系统、短信中心、电话网关、公安系统，以及能响铃、能收短信的手机。所有人物均为虚构。",
    open: "打开登记页面",
    steps: "怎样试一试",
    step1: "选一位虚构的公民，下载他的身份证正、反面照片。",
    step2: "在另一个标签页打开他的手机，短信和来电都会出现在那里。",
    step3: "打开登记页面，填入卡号（ICCID）和手机号码，按提示完成登记。",
    people: "可以试的人",
    sim_inactive: "未开通",
    sim_provisional: "新开户",
    sim_active: "已开通",
    sim_deactivated: "已停机",
    sim_other: "其他线路",
    number: "手机号码",
    iccid: "卡号",
    contact: "联系电话",
    copy: "复制",
    copied: "已复制",
    front: "正面照片",
    back: "反面照片",
    phone: "打开手机",
    card_of: "的身份证照片（虚构样本）",
    troubles: "制造麻烦",
    troubles_intro: "让某个系统在接下来的调用中变慢、出错或结巴，看登记如何应对。",
    system: "系统",
    all_systems: "全部",
    register: "公民身份登记库",
    crm: "客户系统",
    sms: "短信中心",
    gateway: "电话网关",
    police: "公安系统",
    trouble: "麻烦",
    times: "次数",
    delay: "慢 3 秒",
    unavailable: "不可用（503）",
    timeout: "10 秒没有回答",
    malformed: "回答残缺",
    drop_answer: "办了，但回答丢失",
    twice: "进度重复通知",
    order: "下令",
    no_orders: "现在一切正常。",
    clear: "全部恢复正常",
    remaining: "还剩",
    ledger: "开通与停机的账",
    ledger_empty: "还没有开通或停机。",
    when: "时间",
    operation: "操作",
    change: "变化",
    activate: "开通",
    deactivate: "停机",
    reset: "让世界回到最初",
    reset_sure: "所有登记记录、短信和账目都将清空。确定吗？",
    failed: "没有成功，请看沙箱的日志。",
    back_home: "沙箱",
    phone_of: "手机",
    no_messages: "还没有短信。验证码短信会出现在这里。",
    sent_to: "发往",
    compose: "发短信给",
    message: "短信内容",
    messages: "短信与来电",
    send: "发送",
    message_default: "实名登记",
    cannot_send: "这张卡还没有开通，只能接收运营商的服务短信和来电。",
    landline: "这是一部固定电话，只能接听来电。",
    incoming: "来电",
    answer: "接听",
    decline: "拒接",
    hangup: "挂断",
    in_call: "通话中",
    code_is: "听到的验证码",
    again: "再听一遍",
    no_voice: "这个浏览器没有普通话语音，验证码以文字显示。",
    sound_on: "打开铃声",
    sound_is_on: "铃声已打开",
    missed: "未接来电",
    declined: "已拒接或占线",
    ended: "通话已结束",
    offline: "连不上沙箱，正在重试…",
    online: "信号正常",
    copy_code: "复制验证码",
    about_phone: "这是一部虚构的手机。它会响铃、用普通话念出验证码，也会收到短信。把这个标签页留着，去登记页面请求验证码。",
    switch: "EN",
    switch_label: "EN · Switch to English",
  },
  en: {
    title: "Sandbox · the outside world",
    badge: "Development and tests only",
    intro:
      "This plays everything outside the registration: the citizen register, the operator's customer system, the message centre, the telephone gateway, the police server, and phones that ring and receive messages. Nobody here exists.",
    open: "Open the registration page",
    steps: "How to try it",
    step1: "Choose a fictional citizen and download the photos of their card, front and back.",
    step2: "Open their phone in another tab: messages and calls arrive there.",
    step3: "Open the registration page, enter the card number (ICCID) and the phone number, and follow it.",
    people: "People to try",
    sim_inactive: "Inactive",
    sim_provisional: "Newly opened",
    sim_active: "Active",
    sim_deactivated: "Switched off",
    sim_other: "Other line",
    number: "Phone number",
    iccid: "Card number",
    contact: "Contact line",
    copy: "Copy",
    copied: "Copied",
    front: "Front photo",
    back: "Back photo",
    phone: "Open the phone",
    card_of: ": photo of the identity card (fictional specimen)",
    troubles: "Make trouble",
    troubles_intro: "Have a system be slow, wrong or stuttering in its next calls, and see what the registration does.",
    system: "System",
    all_systems: "All",
    register: "Citizen register",
    crm: "Customer system",
    sms: "Message centre",
    gateway: "Telephone gateway",
    police: "Police server",
    trouble: "Trouble",
    times: "Times",
    delay: "3 seconds slow",
    unavailable: "Unavailable (503)",
    timeout: "No answer for 10 seconds",
    malformed: "Answer cut in half",
    drop_answer: "Done, but the answer is lost",
    twice: "Progress reported twice",
    order: "Order it",
    no_orders: "Everything is in order now.",
    clear: "Put everything in order",
    remaining: "left",
    ledger: "Ledger of switched cards",
    ledger_empty: "No card was switched on or off yet.",
    when: "Time",
    operation: "Operation",
    change: "Change",
    activate: "Activated",
    deactivate: "Deactivated",
    reset: "Put the world back to its beginning",
    reset_sure: "All records, messages and the ledger will be emptied. Go on?",
    failed: "That did not work; see the sandbox's log.",
    back_home: "Sandbox",
    phone_of: "Phone",
    no_messages: "No messages yet. A message with a code will appear here.",
    sent_to: "To",
    compose: "Message to",
    message: "Message",
    messages: "Messages and calls",
    send: "Send",
    message_default: "Register",
    cannot_send: "This card is not switched on: it receives the operator's service messages and calls only.",
    landline: "This is a landline: it takes calls only.",
    incoming: "Incoming call",
    answer: "Answer",
    decline: "Decline",
    hangup: "Hang up",
    in_call: "In call",
    code_is: "The code you hear",
    again: "Say it again",
    no_voice: "This browser has no voice for this language; the code is shown as text.",
    sound_on: "Turn the ringer on",
    sound_is_on: "Ringer is on",
    missed: "Missed call",
    declined: "Declined or busy",
    ended: "Call ended",
    offline: "The sandbox cannot be reached; trying again…",
    online: "Connected",
    copy_code: "Copy code",
    about_phone:
      "This is a fictional phone. It rings, speaks the code in Mandarin, and receives messages. Keep this tab, and ask for a code on the registration page.",
    switch: "中文",
    switch_label: "中文 · 切换到中文",
  },
};

function initial() {
  try {
    const kept = localStorage.getItem("language");
    if (kept in WORDS) return kept;
  } catch {
    // Storage is denied: follow the browser.
  }
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

let language = initial();

/** The word for `key` in the page's language. */
export const word = (key) => WORDS[language][key] ?? key;

/** The page's locale, for dates. */
export const locale = () => (language === "zh" ? "zh-CN" : "en-GB");

/** Puts words into every element with `data-word`, and labels into those with `data-label`. */
export function translate(root = document) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of root.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
  }
}

/** Makes `button` switch the language and calls `redraw` then. */
export function languageButton(button, redraw) {
  const show = () => {
    button.textContent = word("switch");
    button.setAttribute("aria-label", word("switch_label"));
    button.lang = language === "zh" ? "en" : "zh-CN";
  };
  button.addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    try {
      localStorage.setItem("language", language);
    } catch {
      // It is only forgotten.
    }
    translate();
    show();
    redraw();
  });
  show();
}

/** An element with attributes, properties (`onclick`, `textContent`, …) and children. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (key in made && !key.startsWith("aria")) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button that copies `text`. */
export function copyButton(text, label = word("copy")) {
  const button = element("button", { type: "button", className: "quiet", textContent: label });
  button.setAttribute("aria-label", `${label} ${text}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = word("copied");
      setTimeout(() => (button.textContent = label), 1500);
    } catch {
      // No clipboard: the text stands beside the button.
    }
  });
  return button;
}

/** A number in groups, as people read it: 138 0000 0001. */
export const grouped = (line) =>
  /^1\d{10}$/.test(line) ? `${line.slice(0, 3)} ${line.slice(3, 7)} ${line.slice(7)}` : line;

/** A label of a card's state. */
export function simLabel(sim) {
  return element("span", { className: `sim ${sim ?? "other"}`, textContent: word(`sim_${sim ?? "other"}`) });
}

/** GET or POST of JSON; throws if it did not work. */
export async function ask(path, body) {
  const response = await fetch(path, body === undefined ? undefined : { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
