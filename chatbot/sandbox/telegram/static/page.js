// The chat of one person with the bot: shows what the emulator tells, sends what the person does.

import { draw, localise, settle } from "/static/messages.js";
import { fill, post, readJson, toast } from "/static/parts.js";

const chatId = Number(new URLSearchParams(location.search).get("chat") ?? 1001) || 1001;
const ids = [
  "alert", "alert-text", "begin", "bot-name", "bot-state", "composer", "empty", "empty-text", "menu",
  "menu-button", "messages", "pinned", "reply-keyboard", "text", "to-end",
];
const at = Object.fromEntries(ids.map((id) => [id, document.getElementById(id)]));
const shown = new Map(); // message id -> { message, element }
const acts = {
  jumpTo,
  textOf: (id) => shown.get(id)?.message.text,
  isAnswered: (tapId) => state.answered.has(tapId),
  tap: (messageId, data) => act("/sim/tap", { message_id: messageId, data }),
};
const state = { answered: new Set(), commands: [], pinned: null, reconnecting: null, typing: null };

// --- messages -------------------------------------------------------------------------------------------

function nearEnd() {
  const box = at.messages;
  return box.scrollHeight - box.scrollTop - box.clientHeight < 120;
}

function toEnd(behavior = "smooth") {
  at.messages.scrollTo({ top: at.messages.scrollHeight, behavior });
}

function put(message) {
  const known = shown.get(message.message_id);
  if (known && known.message.version >= message.version) {
    return;
  }
  const follow = nearEnd() || !message.from_bot;
  const element = draw(message, acts);
  if (known) {
    const focused = known.element.contains(document.activeElement) ? document.activeElement.textContent : null;
    known.element.replaceWith(element);
    refocus(element, focused);
    element.classList.add("changed");
  } else {
    insert(element, message.message_id);
  }
  shown.set(message.message_id, { message, element });
  at.empty.hidden = true;
  if (follow) {
    toEnd("auto");
  }
}

function refocus(element, label) {
  if (label === null) {
    return;
  }
  const buttons = [...element.querySelectorAll("button")];
  (buttons.find((button) => button.textContent === label) ?? buttons[0] ?? at.text).focus();
}

function insert(element, id) {
  const later = [...shown.keys()].filter((other) => other > id).sort((one, two) => one - two)[0];
  at.messages.insertBefore(element, later === undefined ? null : shown.get(later).element);
}

function jumpTo(id) {
  const element = shown.get(id)?.element;
  element?.scrollIntoView({ block: "center", behavior: "smooth" });
  element?.classList.add("changed");
}

// --- answers to taps -------------------------------------------------------------------------------------

function answered(change) {
  state.answered.add(change.callback_query_id); // the answer may be here before the tap's own response
  document.querySelectorAll(`[data-query="${CSS.escape(change.callback_query_id)}"]`).forEach(settle);
  if (change.text && change.show_alert) {
    at["alert-text"].textContent = change.text;
    at.alert.showModal();
  } else if (change.text) {
    toast(change.text);
  }
}

// --- what the person does -------------------------------------------------------------------------------

async function act(path, body) {
  try {
    return await post(path, { chat_id: chatId, ...body });
  } catch (error) {
    toast(error.message, "problem");
    return null;
  }
}

async function say(text) {
  if (await act("/sim/message", { text, first_name: "You" })) {
    toEnd();
    return true;
  }
  return false;
}

function fitHeight() {
  at.text.style.height = "auto";
  at.text.style.height = `${Math.min(at.text.scrollHeight, 140)}px`;
}

async function submit() {
  const text = at.text.value.trim();
  if (!text) {
    return;
  }
  at.text.value = "";
  fitHeight();
  closeMenu();
  if (!(await say(text))) {
    at.text.value = text;
    fitHeight();
  }
}

// --- the menu of commands -------------------------------------------------------------------------------

function matching() {
  const written = at.text.value.startsWith("/") ? at.text.value.slice(1).toLowerCase() : "";
  return state.commands.filter(({ command }) => command.startsWith(written));
}

function openMenu(commands) {
  at.menu.replaceChildren(...commands.map(menuEntry));
  at.menu.hidden = commands.length === 0;
  at["menu-button"].setAttribute("aria-expanded", String(!at.menu.hidden));
}

function menuEntry({ command, description }) {
  const entry = fill("li", "menu-entry");
  entry.setAttribute("role", "option");
  entry.tabIndex = -1;
  entry.append(fill("span", "menu-command", `/${command}`), fill("span", "menu-description", description));
  entry.addEventListener("click", () => choose(command));
  return entry;
}

async function choose(command) {
  at.text.value = "";
  closeMenu();
  at.text.focus();
  await say(`/${command}`);
}

function closeMenu() {
  at.menu.hidden = true;
  at["menu-button"].setAttribute("aria-expanded", "false");
}

function menuKeys(event) {
  const entries = [...at.menu.children];
  const here = entries.indexOf(document.activeElement);
  if (event.key === "Escape") {
    closeMenu();
    at.text.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const step = event.key === "ArrowDown" ? 1 : -1;
    const start = here < 0 && step < 0 ? 0 : here;
    entries[(start + step + entries.length) % entries.length]?.focus();
    event.preventDefault();
  } else if (event.key === "Enter" && here >= 0) {
    event.preventDefault();
    entries[here].click();
  }
}

// --- the rest of the screen -----------------------------------------------------------------------------

function showInputField(field) {
  const box = at["reply-keyboard"];
  at.text.placeholder = field?.placeholder || "Message";
  const rows = field?.kind === "keyboard" ? field.rows : [];
  box.hidden = rows.length === 0;
  box.replaceChildren(...rows.map((labels) => {
    const row = fill("div", "keyboard-row");
    row.append(...labels.map((label) => {
      const button = fill("button", "key", label);
      button.type = "button";
      button.addEventListener("click", () => say(label));
      return button;
    }));
    return row;
  }));
  if (field?.kind === "force_reply") {
    at.text.focus();
  }
}

function showPinned(id) {
  state.pinned = id;
  const text = shown.get(id)?.message.text;
  at.pinned.hidden = !text;
  at.pinned.textContent = text ? `📌 ${text.split("\n").slice(0, 2).join(" · ")}` : "";
}

function showTyping() {
  at["bot-state"].textContent = "typing…";
  clearTimeout(state.typing);
  state.typing = setTimeout(() => { at["bot-state"].textContent = "bot"; }, 5000);
}

function remove(id) {
  shown.get(id)?.element.remove();
  shown.delete(id);
}

async function reload() {
  const chat = await readJson(`/sim/chat/${chatId}`);
  at["bot-name"].textContent = chat.bot.first_name;
  document.title = `${chat.bot.first_name} sandbox`;
  at["empty-text"].textContent = chat.bot.description || at["empty-text"].textContent;
  state.commands = chat.commands;
  at["menu-button"].hidden = chat.commands.length === 0;
  const there = new Set(chat.messages.map((message) => message.message_id));
  [...shown.keys()].filter((id) => !there.has(id)).forEach(remove);
  const first = shown.size === 0;
  chat.messages.forEach(put);
  if (first) {
    toEnd("auto");
  }
  at.empty.hidden = chat.messages.length > 0;
  showInputField(chat.input_field);
  showPinned(chat.pinned);
  return chat.version;
}

// --- following the emulator -----------------------------------------------------------------------------

const heard = {
  message: (change) => change.message && put(change.message),
  edit: (change) => {
    if (change.message) put(change.message);
    if (change.message_id === state.pinned) showPinned(state.pinned);
  },
  reaction: (change) => change.message && put(change.message),
  delete: (change) => remove(change.message_id),
  answer: answered,
  action: showTyping,
  pinned: (change) => showPinned(change.message_id),
  input_field: (change) => showInputField(change.input_field),
  commands: reload,
  blocked: () => toast("You blocked the bot"),
  unblocked: () => toast("You unblocked the bot"),
  reset: reload,
};

function follow(version) {
  const source = new EventSource(`/sim/events?chat_id=${chatId}&since=${version}`);
  Object.entries(heard).forEach(([kind, hear]) => {
    source.addEventListener(kind, (event) => hear(JSON.parse(event.data)));
  });
  source.addEventListener("open", () => { at["bot-state"].textContent = "bot"; });
  source.addEventListener("error", () => {
    at["bot-state"].textContent = "connecting…";
    source.close();
    clearTimeout(state.reconnecting);
    state.reconnecting = setTimeout(begin, 1000);
  });
}

async function begin() {
  try {
    follow(await reload());
  } catch {
    at["bot-state"].textContent = "connecting…";
    state.reconnecting = setTimeout(begin, 1000);
  }
}

at.composer.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
at.composer.addEventListener("keydown", (event) => !at.menu.hidden && menuKeys(event));
at.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.defaultPrevented) {
    event.preventDefault();
    submit();
  }
});
at.text.addEventListener("input", () => {
  fitHeight();
  if (/^\/\w*$/.test(at.text.value)) {
    openMenu(matching());
  } else {
    closeMenu();
  }
});
at["menu-button"].addEventListener("click", () => {
  if (at.menu.hidden) {
    openMenu(state.commands);
    at.menu.firstElementChild?.focus();
  } else {
    closeMenu();
  }
});
at.begin.addEventListener("click", () => say("/start"));
at.pinned.addEventListener("click", () => jumpTo(state.pinned));
at["to-end"].addEventListener("click", () => toEnd());
at.messages.addEventListener("load", (event) => event.target.tagName === "IMG" && toEnd(), true);
at.messages.addEventListener("scroll", () => { at["to-end"].hidden = nearEnd(); });
at.messages.addEventListener("click", (event) => {
  const command = event.target.closest?.("[data-command]");
  if (command) {
    event.preventDefault();
    say(command.dataset.command);
  }
});
document.addEventListener("click", (event) => {
  if (!at.composer.contains(event.target)) {
    closeMenu();
  }
});
setInterval(() => document.querySelectorAll('time[data-format="r"]').forEach(localise), 30_000);

at.text.focus();
begin();
