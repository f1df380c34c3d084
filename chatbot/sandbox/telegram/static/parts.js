// Small pieces that chat and market share.

export function fill(tag, className = "", text = "") {
  const element = document.createElement(tag);
  element.className = className.trim();
  element.textContent = text;
  return element;
}

export function shortTime(unixSeconds) {
  return new Date(unixSeconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

async function answerOf(response) {
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(answer.error ?? `The sandbox answered ${response.status}.`);
  }
  return answer;
}

export async function readJson(path) {
  return answerOf(await fetch(path, { headers: { Accept: "application/json" } }));
}

export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answerOf(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

export function toast(text, kind = "") {
  const note = fill("div", `toast ${kind}`, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.classList.add("leaving"), 3600);
  setTimeout(() => note.remove(), 4000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${text}`);
  } catch {
    toast(`Copy this: ${text}`);
  }
}
