// Answering a comment on its card, in public. Loaded when somebody does so for the first time on a page.
// Without it the link leads to a page with the same form.

import { change, say, settle } from "./cards.js";

const draft = (card) => `commentsvc:answer:${card.id}`;

/** Open the form on the card; one that is open already gets the focus. */
export async function open(link) {
  const card = link.closest(".card");
  if (!card.querySelector("form.reply") && !(await draw(card, link))) return;
  const form = card.querySelector("form.reply");
  form.hidden = false;
  form.querySelector("textarea").focus();
}

async function draw(card, link) {
  const answer = await fetch(`${link.href}?fragment=1`).catch(() => null);
  if (!answer?.ok || answer.redirected) return void location.assign(link.href); // the page says what is wrong
  const html = await answer.text();
  if (card.querySelector("form.reply") || !card.isConnected) return card.isConnected;
  card.querySelector(".answered")?.remove();
  card.querySelector("form.decide").after(made(html));
  const text = card.querySelector("form.reply textarea");
  text.value ||= attempt(() => sessionStorage.getItem(draft(card))) ?? "";
  attend(card);
  return true;
}

function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html; // the service's own, every text of people in it escaped
  return template.content.firstElementChild;
}

function attend(card) {
  const form = card.querySelector("form.reply");
  form.elements.back.value = card.querySelector("form.decide").elements.back.value;
  form.addEventListener("input", () => attempt(() => sessionStorage.setItem(draft(card), form.elements.text.value)));
  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector("button"));
    else if (event.key === "Escape") (form.hidden = true), card.focus({ preventScroll: true });
    else return;
    event.preventDefault();
  });
}

/** What came of it stands on the card, or in its place where the comment was let through with the answer. */
export function send(card, form, button) {
  const box = card.getBoundingClientRect();
  change(card, form, button, (html) => {
    const fresh = made(html);
    if (!fresh.matches("form")) attempt(() => sessionStorage.removeItem(draft(card)));
    card.querySelector(".error[role=alert]")?.remove();
    if (fresh.matches(".done")) return settle(card, html, box);
    form.replaceWith(fresh);
    if (!fresh.matches("form")) return say(fresh.textContent), card.focus({ preventScroll: true });
    attend(card);
    fresh.querySelector("textarea").focus();
  });
}

/** A browser that refuses to store (private window, full storage) only forgets sooner. */
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
