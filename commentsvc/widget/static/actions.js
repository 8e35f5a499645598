// What a reader can do with a comment besides answering it; how it is done is loaded when it is first done.

import { button, make } from "./dom.js";
import { words } from "./words.js";

/**
 * @typedef {import("./list.js").Entry} Entry
 * @typedef {"like"|"report"|"edit"|"retract"} Act
 *
 * @typedef {object} House what the modules for writers are told of the thread they work in
 * @property {HTMLElement} element
 * @property {string} site
 * @property {string} story as the tag names it
 * @property {string} storyId as the service calls it, for the page's events
 * @property {Record<string, any>} form what the service wants from forms
 * @property {import("./memory.js").Memory} memory
 * @property {import("./list.js").CommentList} list
 * @property {boolean} newestFirst
 * @property {HTMLElement} formPlace
 * @property {(id: string) => Entry|undefined} find
 * @property {(text: string) => void} say
 * @property {(change: number) => void} count so many more comments are shown
 * @property {(act: Act, entry: Entry, opener: HTMLElement) => void} act
 */

/**
 * The buttons of one comment: a reader's own can be changed and taken back, others' liked and reported.
 * @param {Entry} entry @param {House} house
 * @returns {(Node|null|undefined|false)[]}
 */
export function actionsOf(entry, house) {
  const { comment } = entry;
  const receipt = house.memory.receipt(comment.id);
  const one = (/** @type {Act} */ act, /** @type {string} */ label) => {
    const made = button(label, () => house.act(act, entry, made), { class: "quiet", "aria-describedby": `by-${comment.id}` });
    return made;
  };
  if (receipt) {
    entry.own = true;
    entry.mute = null;
    const editable = receipt.editable_until && Date.parse(receipt.editable_until) > Date.now();
    return [likes(comment), editable && one("edit", words.edit), one("retract", words.takeBack)];
  }
  if (!comment.author) return [];
  const isReported = house.memory.has("flagged", comment.id);
  return [
    likeButton(one("like", house.form.like_label ?? words.like), comment, house.memory),
    isReported ? make("span", { class: "muted" }, words.reported) : one("report", words.report),
  ];
}

/** @param {HTMLElement} made @param {import("./comment.js").Comment} comment @param {import("./memory.js").Memory} memory */
function likeButton(made, comment, memory) {
  made.setAttribute("aria-pressed", String(memory.has("liked", comment.id)));
  made.classList.add("like");
  made.append(" ", make("span", { class: "count" }, comment.likes ? words.number(comment.likes) : ""));
  return made;
}

/** @param {import("./comment.js").Comment} comment */
function likes({ likes }) {
  return likes > 0 && make("span", { class: "muted" }, words.likes(likes));
}
