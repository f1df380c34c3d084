// Draws one message as a bubble with its buttons. What its buttons do beyond copying is given in `acts`.

import { copy, fill, shortTime } from "/static/parts.js";

export function draw(message, acts) {
  if (message.service) {
    const notice = fill("div", "notice", message.service);
    notice.dataset.id = message.message_id;
    return notice;
  }
  const row = fill("article", `row ${message.from_bot ? "from-bot" : "from-person"}`);
  row.dataset.id = message.message_id;
  const bubble = fill("div", "bubble");
  if (message.reply_to) {
    bubble.append(quoted(message.reply_to, acts));
  }
  bubble.append(...attachments(message), body(message), foot(message));
  row.append(bubble);
  if (message.keyboard.length) {
    row.append(keyboard(message, acts));
  }
  return row;
}

function quoted(id, acts) {
  const quote = fill("button", "quoted", acts.textOf(id) ?? "earlier message");
  quote.type = "button";
  quote.addEventListener("click", () => acts.jumpTo(id));
  return quote;
}

function attachments(message) {
  const found = [];
  if (message.photo) {
    const image = fill("img", "photo");
    Object.assign(image, { src: message.photo.url, alt: message.text || "picture from the bot" });
    Object.assign(image, { width: message.photo.width, height: message.photo.height });
    found.push(image);
  }
  if (message.document) {
    const link = fill("a", "document", message.document.name);
    Object.assign(link, { href: message.document.url, download: message.document.name });
    found.push(link);
  }
  return found;
}

// The emulator escapes all text and lets only web links through; the page's policy runs no foreign script.
function body(message) {
  const text = fill("div", "text");
  text.innerHTML = message.html;
  text.querySelectorAll("time[data-unix]").forEach(localise);
  text.querySelectorAll("blockquote[expandable]").forEach(expandable);
  text.querySelectorAll(".tg-spoiler").forEach(revealable);
  text.querySelectorAll("code, pre").forEach(copyable);
  return text;
}

function pressable(element, label, act) {
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  element.title = label;
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      act();
    }
  });
}

function expandable(quote) {
  quote.classList.add("folded");
  pressable(quote, "Show all of it", () => quote.classList.toggle("folded"));
}

function revealable(spoiler) {
  pressable(spoiler, "Show", () => spoiler.classList.add("revealed"));
}

function copyable(code) {
  if (!code.closest("pre code")) {
    pressable(code, "Copy", () => copy(code.textContent));
  }
}

export function localise(time) {
  const moment = new Date(Number(time.dataset.unix) * 1000);
  const format = time.dataset.format;
  time.title = moment.toLocaleString();
  if (format === "r") {
    time.textContent = relative(moment);
    return;
  }
  const options = {};
  if (format.includes("w")) options.weekday = format.includes("D") ? "long" : "short";
  if (format.includes("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/t/i.test(format)) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
  if (format.includes("T")) options.second = "2-digit";
  if (format) {
    time.textContent = new Intl.DateTimeFormat(undefined, options).format(moment);
  }
}

function relative(moment) {
  const seconds = Math.round((moment - Date.now()) / 1000);
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? steps[3];
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

function foot(message) {
  const line = fill("div", "foot");
  if (message.reactions.length) {
    line.append(fill("span", "reactions", message.reactions.join(" ")));
  }
  line.append(fill("span", "stamp", `${message.edited ? "edited " : ""}${shortTime(message.date)}`));
  return line;
}

// --- buttons --------------------------------------------------------------------------------------------

function keyboard(message, acts) {
  const box = fill("div", "keyboard");
  message.keyboard.forEach((buttons, rowIndex) => {
    const row = fill("div", "keyboard-row");
    buttons.forEach((button, index) => row.append(inlineButton(button, `${rowIndex}.${index}`, (element) => press(element, message, button, acts))));
    box.append(row);
  });
  box.addEventListener("keydown", moveFocus);
  return box;
}

const marks = { url: "↗", web_app: "↗" };
const titles = { copy: "Copy", url: "Open", web_app: "Web apps need Telegram itself" };

function inlineButton(button, place, act) {
  const element = fill("button", `key ${button.style}`, button.text);
  element.type = "button";
  element.dataset.place = place;
  if (marks[button.kind]) {
    const mark = fill("span", "mark", marks[button.kind]);
    mark.setAttribute("aria-hidden", "true");
    element.append(mark);
    element.title = `${titles[button.kind]}: ${button.value}`;
  }
  element.addEventListener("click", () => act(element));
  return element;
}

async function press(element, message, button, acts) {
  if (button.kind === "copy") {
    await copy(button.value);
  } else if (button.kind === "callback") {
    await callback(element, message, button, acts);
  } else if (/^https?:/i.test(button.value)) {
    window.open(button.value, "_blank", "noopener,noreferrer");
  }
}

async function callback(element, message, button, acts) {
  element.classList.add("waiting");
  element.setAttribute("aria-busy", "true");
  setTimeout(() => settle(element), 15_000);
  const done = await acts.tap(message.message_id, button.value);
  if (done && !acts.isAnswered(done.callback_query_id)) {
    element.dataset.query = done.callback_query_id;
  } else {
    settle(element);
  }
}

export function settle(element) {
  element.classList.remove("waiting");
  element.removeAttribute("aria-busy");
}

function moveFocus(event) {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const step = steps[event.key];
  if (!step || !event.target.dataset.place) {
    return;
  }
  const [row, column] = event.target.dataset.place.split(".").map(Number);
  const box = event.currentTarget;
  const find = (place) => box.querySelector(`[data-place="${place}"]`);
  const next = find(`${row + step[0]}.${column + step[1]}`) ?? find(`${row + step[0]}.0`);
  if (next && next !== event.target) {
    event.preventDefault();
    next.focus();
  }
}
