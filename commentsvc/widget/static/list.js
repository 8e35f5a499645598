// The comments that are on the page, as a tree of lists; knows where each one is.

import { commentArticle } from "./comment.js";
import { button, make } from "./dom.js";
import { words } from "./words.js";

/**
 * @typedef {import("./comment.js").Comment} Comment
 *
 * @typedef {object} Entry a comment on the page
 * @property {Comment} comment
 * @property {HTMLElement} article
 * @property {HTMLElement} replies
 * @property {number} level
 * @property {boolean} [locked] it, or a comment above it, takes no replies
 *
 * @typedef {object} Hooks what the buttons of a comment do; without `reply` none can be answered
 * @property {((entry: Entry, button: HTMLElement) => void)|null} reply
 * @property {(entry: Entry, button: HTMLElement) => void} moreReplies
 * @property {(entry: Entry) => (Node|null|undefined|false)[]} [actions] more buttons of a comment; its `article` is not there yet
 */

export class CommentList {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  #roots = make("ol", { class: "comments roots", role: "list" });
  #linked = make("ol", { class: "comments", role: "list" });
  #hooks;

  /** @param {Hooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
    this.element = make("div", {}, make("div", { class: "linked" }, make("p", {}, words.linked), this.#linked), this.#roots);
  }

  /** @param {string|null|undefined} id @returns {Entry|undefined} */
  find(id) {
    return this.#entries.get(id ?? "");
  }

  /**
   * Adds comments of one parent after those that are there.
   * @param {Comment[]} comments
   * @param {Entry} [parent]
   */
  append(comments, parent) {
    (parent?.replies ?? this.#roots).append(...comments.map((comment) => this.#item(comment, parent)));
  }

  /**
   * Puts the reader's own comment where it belongs: under the one it answers, else at the end the sort order gives it.
   * @param {Comment} comment
   * @param {{newestFirst: boolean, waiting?: string[]}} how
   */
  insert(comment, { newestFirst, waiting }) {
    const parent = this.find(comment.parent);
    const item = this.#item(comment, parent, waiting);
    if (parent) parent.replies.append(item);
    else if (newestFirst) this.#roots.prepend(item);
    else this.#roots.append(item);
  }

  /** Draws a comment anew where it is. @param {Comment} comment */
  replace(comment) {
    const parent = this.find(comment.parent);
    const place = document.createComment("");
    this.find(comment.id)?.article.closest("li")?.before(place);
    place.replaceWith(this.#item(comment, parent));
  }

  /**
   * Shows a comment that is not on the page, below the nearest ancestor that is, else above the list.
   * @param {Comment[]} chain its ancestors from the first comment on, then itself
   */
  showChain(chain) {
    for (const comment of chain.filter(({ id }) => !this.find(id))) {
      const parent = this.find(comment.parent);
      (parent?.replies ?? this.#linked).append(this.#item(comment, parent));
    }
  }

  /** @param {Comment} comment @param {Entry} [parent] @param {string[]} [waiting] @returns {HTMLElement} */
  #item(comment, parent, waiting) {
    // A comment shown from a link, or the reader's own, may come again with a later page.
    this.find(comment.id)?.article.closest("li")?.remove();
    const entry = this.#enter(comment, parent, waiting);
    this.append(comment.replies ?? [], entry);
    const item = make("li", {}, entry.article);
    entry.article.append(entry.replies);
    if (comment.replies_cursor) entry.article.append(this.#moreButton(entry));
    return item;
  }

  /** @param {Comment} comment @param {Entry} [parent] @param {string[]} [waiting] @returns {Entry} */
  #enter(comment, parent, waiting) {
    const level = parent ? parent.level + 1 : 0;
    const { reply } = this.#hooks;
    const locked = comment.locked || parent?.locked;
    const answer = reply && !waiting && !locked ? (/** @type {HTMLElement} */ made) => reply(entry, made) : null;
    const replies = make("ol", { class: "replies", role: "list", "data-level": level + 1 });
    /** @type {any} */
    const entry = { comment, replies, level, locked };
    const actions = this.#hooks.actions?.(entry);
    entry.article = commentArticle(comment, { level, parent: parent?.comment, waiting, reply: answer, actions });
    this.#entries.set(comment.id, entry);
    return entry;
  }

  /** @param {Entry} entry */
  #moreButton(entry) {
    const made = button(words.moreReplies, () => this.#hooks.moreReplies(entry, made), { class: "quiet" });
    return made;
  }
}
