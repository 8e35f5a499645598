// Likes a comment, takes one's own back, and hears what a moderator made of it.

import { write } from "./api.js";
import { button, emit, make } from "./dom.js";
import { complain, dress, said } from "./saying.js";
import { words } from "./words.js";

/**
 * @typedef {import("./actions.js").House} House
 * @typedef {import("./list.js").Entry} Entry
 */

const UNDO_MS = 10_000;

/** Shown at once, taken back if the service says no. @param {House} house @param {Entry} entry @param {HTMLElement} made */
export async function like({ element, memory, storyId }, entry, made) {
  const { id, likes } = entry.comment;
  const isLiked = made.ariaPressed !== "true";
  const show = (/** @type {boolean} */ pressed, /** @type {number} */ count) => {
    made.ariaPressed = String(pressed);
    entry.comment.likes = count;
    /** @type {HTMLElement} */ (made.querySelector(".count")).textContent = count ? words.number(count) : "";
  };
  made.ariaBusy = "true";
  show(isLiked, Math.max(0, likes + (isLiked ? 1 : -1)));
  try {
    const answer = await write(`comments/${id}/like`, undefined, {}, { method: isLiked ? "PUT" : "DELETE" });
    show(isLiked, answer.likes);
    memory.mark("liked", id, isLiked);
    emit(element, "liked", { story: storyId, comment: id, likes: answer.likes, liked: Number(isLiked) });
  } catch (problem) {
    show(!isLiked, likes);
    complain(entry, said(problem));
  }
  made.ariaBusy = "false";
}

/** Gone from sight at once; the service hears of it when nobody took that back in time, or leaves the page. @param {House} house @param {Entry} entry */
export function retract(house, entry) {
  const own = /** @type {HTMLElement} */ (entry.article.querySelector(".own"));
  dress(own);
  // The page may come back (bfcache): so leaving it ends in the same way.
  const send = (/** @type {boolean} */ keepalive) => (end(), finish(house, entry, note, keepalive));
  const leave = () => send(true);
  let timer = setTimeout(due, UNDO_MS);
  const end = () => (clearTimeout(timer), removeEventListener("pagehide", leave));
  const undo = button(words.undo, () => {
    end();
    const here = note.parentElement;
    note.remove();
    here?.querySelector("h3")?.focus();
  }, { "aria-describedby": `undo-${entry.comment.id}` });
  const note = make("p", { class: "undo" }, make("span", { id: `undo-${entry.comment.id}` }, words.takenBack), undo);
  addEventListener("pagehide", leave);
  own.prepend(note);
  undo.focus();

  /** A thread that was drawn anew has lost the note, and nobody could undo: the note comes again, and so does its time. */
  function due() {
    const place = house.find(entry.comment.id)?.article.querySelector(".own");
    if (!place || place.contains(note)) return send(false);
    if (place.querySelector(".undo")) return end();
    place.prepend(note);
    timer = setTimeout(due, UNDO_MS);
  }
}

/** What shows that a comment is the reader's. @param {House} house @param {string} id */
export function shown({ memory }, id) {
  return { Authorization: `Bearer ${memory.receipt(id)?.token}` };
}

/** @param {House} house @param {Entry} entry @param {HTMLElement} note @param {boolean} keepalive */
async function finish(house, entry, note, keepalive) {
  const { id } = entry.comment;
  try {
    await write(`comments/${id}`, undefined, shown(house, id), { method: "DELETE", keepalive });
  } catch (problem) {
    note.remove();
    return complain(house.find(id) ?? entry, `${words.notTakenBack} ${said(problem)}`);
  }
  const wasWaiting = !!house.memory.receipt(id)?.waiting;
  house.memory.drop(id);
  const hadFocus = note.matches(":focus-within");
  // The thread may have been drawn anew meanwhile.
  const { article, toggle } = house.find(id) ?? entry;
  const heading = make("h3", { class: "muted", part: "author", tabindex: "-1", id: `by-${id}` }, words.retracted);
  article.querySelector(".own")?.replaceChildren(heading, make("div", { class: "actions" }, toggle));
  if (hadFocus) heading.focus();
  if (!wasWaiting) house.count(-1);
  house.say(words.retracted);
}

/**
 * What became of a comment that readers do not see: it waits still, or a moderator decided against it.
 * @param {House} house @param {string} id
 */
export async function followUp(house, id) {
  const answer = await write(`comments/${id}/receipt`, undefined, shown(house, id), { method: "GET" }).catch(() => null);
  if (answer?.status !== "rejected") return;
  house.memory.drop(id);
  const own = house.find(id)?.article.querySelector(".own");
  own?.querySelector(".waiting > p")?.replaceChildren(words.rejected);
  own?.querySelector(".actions")?.remove();
  emit(house.element, "rejected", { story: house.storyId, comment: id });
}
