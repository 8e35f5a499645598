// Single keys of the desk, for whoever turned them on. The sheet on the page says which key does what.

import { current, lastDecided, say, undecided, whereFocusIs } from "./cards.js";

const sheet = document.getElementById("keys");
const actions = new Map([...sheet.querySelectorAll("kbd[data-action]")].map((key) => [key.textContent, key.dataset.action]));
const keyOf = new Map([...actions].map(([key, action]) => [action, key]));
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const mayBeSilent = Boolean(sheet.querySelector("kbd.silent")); // a refusal may go without a reason
let asked = null; // the refusal that waits for its reason: {card, form, button}

/** The card before or after the one at hand; where that waits no more, the nearest before or after the focus. */
function beside(step) {
  const cards = undecided(), at = cards.indexOf(current());
  if (at >= 0) return cards[at + step];
  const from = whereFocusIs();
  const below = cards.filter((card) => from.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING);
  return step < 0 ? cards[cards.length - below.length - 1] : (below[0] ?? (step ? undefined : cards.at(-1)));
}

function move(step) {
  const next = beside(step);
  if (!next) return say(undecided().length ? "No further comment on this page." : "No comment waits on this page.");
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
}

/** The card to act on; without one the first is focused, and nothing is done to it yet. One at a time. */
function chosen() {
  const card = current();
  if (!card) move(0);
  return card?.ariaBusy === "true" ? null : card;
}

function press(...names) {
  const card = chosen();
  const form = card?.querySelector("form.decide");
  const button = form && names.map((name) => form.querySelector(`button[value=${name}]`)).find(Boolean);
  if (button) form.requestSubmit(button);
  else if (card) say("This cannot be done to this comment.");
}

/** A refusal takes one more key: a digit for its reason. */
function refuse(name) {
  const card = chosen();
  const form = card?.querySelector("form.decide");
  const button = form?.querySelector(`button[value=${name}]`);
  if (!button) return card && say("It is so already.");
  asked = { card, form, button };
  const reasons = [...form.elements.reason.options].slice(1);
  const shown = document.createElement("div");
  shown.className = "ask";
  const choices = reasons.map((reason, index) => choice(`${index + 1}`, reason.text));
  if (mayBeSilent) choices.push(choice("Enter", "no reason"));
  shown.replaceChildren(`${button.textContent}: `, ...choices, choice("Escape", "not at all"));
  form.append(shown);
  shown.scrollIntoView({ block: "nearest" });
  say(`${button.textContent}. ${reasons.map((reason, index) => `${index + 1} ${reason.text}`).join(", ")}`);
}

/** A key and what it means, to be pressed with the mouse too. */
function choice(key, words) {
  const shown = document.createElement("button"), cap = document.createElement("kbd");
  cap.textContent = key.replace("Escape", "Esc");
  shown.type = "button";
  shown.append(cap, ` ${words}`);
  shown.addEventListener("click", () => {
    asked.card.focus({ preventScroll: true }); // the button goes, and the focus would go with it
    answers(key);
  });
  return shown;
}

function stopAsking() {
  asked?.form.querySelector(".ask")?.remove();
  asked = null;
}

/** Whether the key answers the question for a reason. Any other key takes the question back. */
function answers(key) {
  const { card, form, button } = asked;
  const reason = /^[1-9]$/.test(key) ? form.elements.reason.options[Number(key)] : null;
  if (!reason && !(key === "Enter" && mayBeSilent)) {
    if (key !== "Shift") stopAsking();
    return /^(Escape|Shift|Enter|\d)$/.test(key);
  }
  stopAsking();
  if (reason) reason.selected = true;
  if (reason?.value !== "other") form.requestSubmit(button);
  else askForWords(card, form, button);
  return true;
}

/** "Other" needs words: Enter sends them, Escape goes back to the card. */
function askForWords(card, form, button) {
  const note = form.elements.note;
  note.focus();
  say("Write what the reason is. Enter decides, Escape goes back.");
  note.onkeydown = (event) => {
    if (event.key === "Escape") form.reset(), card.focus();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) form.requestSubmit(button);
    else return;
    event.preventDefault();
  };
  // A window that loses the focus keeps it within: then nobody left.
  note.onblur = () => document.activeElement !== note && (note.onkeydown = note.onblur = null);
}

/** Buttons and links say which key presses them, to the eye and to whoever listens. */
function label(card) {
  for (const button of card.querySelectorAll("form.decide button")) {
    const key = keyOf.get(button.value.replace("unfeature", "feature"));
    if (key) button.setAttribute("aria-keyshortcuts", key);
  }
  card.querySelector("a.reply")?.setAttribute("aria-keyshortcuts", keyOf.get("reply"));
  card.querySelector("a.around")?.setAttribute("aria-keyshortcuts", keyOf.get("context"));
}

const does = {
  next: () => move(1),
  previous: () => move(-1),
  approve: () => press("approve"),
  hold: () => press("hold"),
  spam: () => refuse("spam"),
  reject: () => refuse("reject"),
  undo: () => {
    const form = lastDecided()?.querySelector("form") ?? document.querySelector("form[data-undo]");
    if (form) form.requestSubmit();
    else say("Nothing was decided on this page yet.");
  },
  reply: () => chosen()?.querySelector("a.reply")?.click(),
  context: () => chosen()?.querySelector("a.around")?.click(),
  tick: () => chosen()?.querySelector(".ticker input")?.click(),
  article: () => {
    const link = chosen()?.querySelector("a.article");
    if (link) open(link.href, "_blank", "noopener");
  },
  later: () => press("later"),
  escalate: () => press("escalate"),
  feature: () => press("feature", "unfeature"),
  search: () => document.querySelector("main input[type=search]")?.focus(),
  help: () => sheet.showModal(),
};

undecided().forEach(label);
addEventListener("commentsvc:card", (event) => label(event.target)); // one that came back by an undo

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (asked && current() !== asked.card) stopAsking();
  // A key held a little long is one stroke: it neither answers its own question nor takes it back.
  if (asked && (event.repeat || answers(key))) return event.preventDefault();
  const isShifted = event.shiftKey && key.toLowerCase() !== key.toUpperCase(); // signs may need Shift, letters do not
  const action = isShifted ? null : actions.get(key);
  if (!action || (event.repeat && !["next", "previous"].includes(action))) return;
  event.preventDefault();
  does[action]();
});
