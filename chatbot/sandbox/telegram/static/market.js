// The market beside the chat: shows prices and moves them, if an exchange emulator answers under /market.

import { fill, post, readJson } from "/static/parts.js";

const STEPS = ["-1", "-0.25", "+0.25", "+1"];
const SPEEDS = [1, 10, 60, 600];
const EVERY = 1000;
const RETRY = 5000;
const POINTS = 90;

const panel = document.getElementById("market");
const cards = new Map(); // market id -> its elements and recent prices
let controls = null;
let playing = false;

function build(state) {
  const head = fill("div", "market-head");
  head.append(fill("h2", "", "Market"), fill("p", "market-source", state.source ?? ""));
  controls = buildControls();
  const list = fill("div", "symbols");
  state.symbols.forEach((symbol) => list.append(buildCard(symbol)));
  const problem = fill("p", "market-problem");
  problem.setAttribute("role", "alert");
  controls.problem = problem;
  panel.replaceChildren(head, controls.box, problem, list);
  panel.hidden = false;
}

function buildControls() {
  const box = fill("div", "market-controls");
  const play = fill("button", "key play");
  play.type = "button";
  play.addEventListener("click", () => send("/market/play", { playing: !playing }));
  const speeds = fill("div", "speeds");
  speeds.setAttribute("role", "group");
  speeds.setAttribute("aria-label", "Speed");
  const buttons = SPEEDS.map((speed) => {
    const button = fill("button", "key", `${speed}×`);
    button.type = "button";
    button.addEventListener("click", () => send("/market/speed", { speed }));
    speeds.append(button);
    return [speed, button];
  });
  const clock = fill("time", "market-clock");
  box.append(play, speeds, clock);
  return { box, play, buttons, clock, problem: null };
}

function buildCard(symbol) {
  const card = fill("section", "symbol");
  const name = fill("h3", "symbol-name", symbol.symbol);
  const price = fill("output", "price");
  const change = fill("span", "price-change");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  line.setAttribute("class", "spark");
  line.setAttribute("viewBox", "0 0 100 30");
  line.setAttribute("preserveAspectRatio", "none");
  line.setAttribute("aria-hidden", "true");
  line.append(document.createElementNS("http://www.w3.org/2000/svg", "polyline"));
  const quote = fill("div", "quote");
  quote.append(price, change);
  card.append(name, quote, line, buildSteps(symbol), buildGoTo(symbol));
  cards.set(symbol.id, { price, change, line, recent: [], first: null });
  return card;
}

function buildSteps(symbol) {
  const row = fill("div", "keyboard-row");
  row.append(...STEPS.map((pct) => {
    const kind = pct.startsWith("-") ? "danger" : "success";
    const button = fill("button", `key ${kind}`, `${pct.replace("-", "−")} %`);
    button.type = "button";
    button.addEventListener("click", () => send("/market/move", { id: symbol.id, pct: pct.replace("+", "") }));
    return button;
  }));
  return row;
}

function buildGoTo(symbol) {
  const form = fill("form", "go-to");
  const label = fill("label", "visually-hidden", `Go to price of ${symbol.symbol}`);
  const field = fill("input");
  Object.assign(field, { type: "text", inputMode: "decimal", placeholder: "Go to price", autocomplete: "off" });
  field.id = `go-to-${symbol.id}`;
  label.htmlFor = field.id;
  const go = fill("button", "key primary", "Go");
  go.type = "submit";
  form.append(label, field, go);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const price = field.value.trim().replaceAll(/[\s_]/g, "").replace(/,(?=\d{3}(\D|$))/g, "").replace(",", ".");
    if (!/^\d+(\.\d+)?$/.test(price) || Number(price) <= 0) {
      controls.problem.textContent = "Write a price such as 60300.5.";
    } else if (await send("/market/move", { id: symbol.id, price })) {
      field.value = "";
    }
  });
  return form;
}

function show(state) {
  const known = state.symbols.length === cards.size && state.symbols.every(({ id }) => cards.has(id));
  if (!known) {
    cards.clear();
    build(state);
  }
  state.symbols.forEach(showPrice);
  playing = state.playing;
  controls.play.textContent = playing ? "❚❚ Pause" : "▶ Play";
  controls.buttons.forEach(([speed, button]) => {
    button.setAttribute("aria-pressed", String(speed === Number(state.speed)));
  });
  if (state.now) {
    controls.clock.textContent = `${new Date(state.now).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  }
}

function showPrice({ id, last }) {
  const card = cards.get(id);
  const price = Number(last);
  const before = card.recent.at(-1) ?? price;
  card.first ??= price;
  card.recent = [...card.recent, price].slice(-POINTS);
  card.price.textContent = grouped(last);
  card.price.classList.toggle("up", price > before);
  card.price.classList.toggle("down", price < before);
  const pct = (price / card.first - 1) * 100;
  card.change.textContent = `${pct < 0 ? "−" : "+"}${Math.abs(pct).toFixed(2)} %`;
  card.change.classList.toggle("down", pct < 0);
  card.line.firstChild.setAttribute("points", points(card.recent));
}

function grouped(written) {
  const [whole, part] = String(written).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + (part ? `.${part}` : "");
}

function points(prices) {
  const low = Math.min(...prices);
  const span = Math.max(...prices) - low || 1;
  const step = 100 / Math.max(prices.length - 1, 1);
  return prices.map((price, index) => `${(index * step).toFixed(2)},${(28 - ((price - low) / span) * 26).toFixed(2)}`).join(" ");
}

async function send(path, body) {
  try {
    await post(path, body);
    controls.problem.textContent = "";
    show(await readJson("/market/state"));
    return true;
  } catch (error) {
    controls.problem.textContent = error.message;
    return false;
  }
}

async function watch() {
  let next = EVERY;
  try {
    show(await readJson("/market/state"));
  } catch {
    next = RETRY;
  }
  setTimeout(watch, document.hidden ? RETRY : next);
}

watch();
