// The comments that are on the page, as a tree of lists; knows where each one is.

import { commentArticle, nameOf } from "./comment.js";
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
 * @property {boolean} [own] the reader's own
 * @property {HTMLElement} toggle hides and shows its replies
 * @property {HTMLElement|null} mute hides and shows what its writer says
 * @property {HTMLElement} [stub] stands where a muted writer's comment was
 * @property {boolean} [justMuted] it says so itself, and how to undo that
 *
 * @typedef {object} Hooks what the buttons of a comment do; without `reply` none can be answered
 * @property {((entry: Entry, button: HTMLElement) => void)|null} reply
 * @property {(entry: Entry, button: HTMLElement) => void} moreReplies
 * @property {((entry: Entry) => void)} [mute] its writer is to be muted, or heard again
 * @property {(entry: Entry) => (Node|null|undefined|false)[]} [actions] more buttons of a comment; its `article` is not there yet
 * @property {(slug: string|undefined) => boolean} [isMuted]
 */

export class CommentList {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** A list for every page of them: a browser lays out one page then, however many there are. */
  #roots = make("div", { class: "roots" }, rootList());
  #linked = region("linked", words.linked);
  #fresh = region("fresh", words.newOnes);
  #hooks;
  #showsMuted = false;

  /** @param {Hooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
    this.element = make("div", { class: "list" }, this.#linked, this.#fresh, this.#roots);
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
    const items = comments.map((comment) => this.#item(comment, parent));
    if (!parent && this.#roots.lastChild.firstChild) this.#roots.append(rootList());
    (parent?.replies ?? this.#roots.lastChild).append(...items);
    if (parent) this.#grown(parent);
    this.#tidy();
  }

  /**
   * Puts the reader's own comment where it belongs: under the one it answers, else at the end the sort order gives it.
   * @param {Comment} comment
   * @param {{newestFirst: boolean, waiting?: string[]}} how
   */
  insert(comment, { newestFirst, waiting }) {
    const parent = this.find(comment.parent);
    const item = this.#item(comment, parent, waiting, true);
    if (parent) parent.replies.append(item);
    else if (newestFirst) this.#afterHonoured(item);
    else this.#roots.lastChild.append(item);
    if (!waiting) this.#countAbove(comment);
    if (parent) this.#open(parent);
  }

  /**
   * Puts in what others wrote meanwhile; a comment whose place is not on the page yet comes above the list.
   * @param {Comment[]} comments in the order they came
   * @param {Comment[]} ancestors of all of them, from the top down
   * @param {"start"|"end"|null} end at which new comments on the story itself belong; null: not on the page yet
   * @returns {Entry[]} those that were not on the page before
   */
  addNew(comments, ancestors, end) {
    const above = new Map(ancestors.map((one) => [one.id, one]));
    const missing = comments.filter(({ id }) => !this.find(id));
    for (const comment of missing) {
      if (this.find(comment.parent)) this.#countAbove(comment);
      else if (comment.parent) this.showChain(chainTo(comment, above), this.#fresh);
      if (!this.find(comment.id)) this.#put(comment, end);
    }
    return missing.flatMap(({ id }) => this.find(id) ?? []);
  }

  /** @param {Comment} comment @param {"start"|"end"|null} end */
  #put(comment, end) {
    const parent = this.find(comment.parent);
    const item = this.#item(comment, parent);
    if (parent) parent.replies.append(item);
    else if (end === "start") this.#afterHonoured(item);
    else if (end === "end") this.#roots.lastChild.append(item);
    else listOf(this.#fresh).append(item);
    if (parent) this.#grown(parent);
    this.#tidy();
  }

  /** What is pinned or picked stays before all others. @param {HTMLElement} item */
  #afterHonoured(item) {
    const first = this.#roots.firstChild;
    const items = /** @type {HTMLElement[]} */ ([...first.children]);
    const next = items.find((each) => {
      const comment = this.find(idIn(each))?.comment;
      return !comment?.pinned && !comment?.featured;
    });
    first.insertBefore(item, next ?? null);
  }

  /** Draws a comment anew where it is. @param {Comment} comment */
  replace(comment) {
    const parent = this.find(comment.parent);
    const place = document.createComment("");
    this.find(comment.id)?.article.closest("li")?.before(place);
    place.replaceWith(this.#item(comment, parent));
    if (parent) this.#grown(parent);
  }

  /**
   * Shows a comment that is not on the page, below the nearest ancestor that is, else above the list.
   * @param {Comment[]} chain its ancestors from the first comment on, then itself
   * @param {HTMLElement} [where] above the list
   */
  showChain(chain, where = this.#linked) {
    for (const comment of chain.filter(({ id }) => !this.find(id))) {
      const parent = this.find(comment.parent);
      (parent?.replies ?? listOf(where)).append(this.#item(comment, parent));
      if (parent) this.#grown(parent);
    }
    this.#tidy();
  }

  /** Opens whatever hides a comment. @param {Entry} entry */
  reveal(entry) {
    for (let above = this.find(entry.comment.parent); above; above = this.find(above.comment.parent)) this.#open(above);
    if (entry.stub && !entry.stub.hidden) this.#setHidden(entry, false);
    const item = entry.article.closest("li");
    if (item) item.hidden = false;
  }

  /** @param {Comment} comment @param {Entry} [parent] @param {string[]} [waiting] @param {boolean} [own] @returns {HTMLElement} */
  #item(comment, parent, waiting, own) {
    // A comment shown from a link, or the reader's own, may come again with a later page.
    this.find(comment.id)?.article.closest("li")?.remove();
    const entry = this.#enter(comment, parent, waiting, own);
    const item = make("li", {}, entry.article);
    entry.article.append(entry.replies);
    if (comment.replies?.length) entry.replies.append(...comment.replies.map((reply) => this.#item(reply, entry)));
    if (comment.replies_cursor) entry.article.append(this.#moreButton(entry));
    this.#label(entry);
    this.#hush(entry, item);
    return item;
  }

  /** @param {Comment} comment @param {Entry} [parent] @param {string[]} [waiting] @param {boolean} [own] @returns {Entry} */
  #enter(comment, parent, waiting, own) {
    const level = parent ? parent.level + 1 : 0;
    const { reply } = this.#hooks;
    const locked = comment.locked || parent?.locked;
    const answer = reply && !waiting && !locked ? (/** @type {HTMLElement} */ made) => reply(entry, made) : null;
    const replies = make("ol", { class: "replies", role: "list", "data-level": level + 1, id: `replies-${comment.id}` });
    const toggle = button("", () => this.#fold(entry), { class: "quiet fold", hidden: true, "aria-controls": replies.id });
    /** @type {any} */
    const entry = { comment, replies, level, locked, own, toggle };
    entry.mute = own || waiting ? null : this.#muteButton(entry);
    const actions = [...(this.#hooks.actions?.(entry) ?? []), entry.mute];
    entry.article = commentArticle(comment, { level, parent: parent?.comment, waiting, reply: answer, toggle, actions });
    this.#entries.set(comment.id, entry);
    return entry;
  }

  /** @param {Entry} entry */
  #moreButton(entry) {
    const made = button(words.moreReplies, () => this.#hooks.moreReplies(entry, made), { class: "quiet" });
    return make("p", { class: "rest" }, made);
  }

  // Hiding and showing replies

  /** @param {Entry} entry */
  #fold(entry) {
    entry.article.classList.toggle("folded");
    this.#label(entry);
  }

  /** @param {Entry} entry */
  #open(entry) {
    entry.article.classList.remove("folded");
    this.#label(entry);
  }

  /** @param {Entry} entry */
  #label({ comment, article, replies, toggle }) {
    const folded = article.classList.contains("folded");
    const count = Math.max(comment.reply_count ?? 0, replies.childElementCount);
    toggle.hidden = replies.childElementCount === 0;
    toggle.setAttribute("aria-expanded", String(!folded));
    toggle.textContent = folded ? words.showReplies(count) : words.hideReplies(count);
  }

  /** It has another reply: one of a muted writer may have to show a trace now. @param {Entry} parent */
  #grown(parent) {
    this.#label(parent);
    for (let above = /** @type {Entry|undefined} */ (parent); above; above = this.find(above.comment.parent)) {
      this.#hush(above, above.article.closest("li"));
    }
  }

  /** A reply that was not counted yet. @param {Comment} comment */
  #countAbove(comment) {
    for (let above = this.find(comment.parent); above; above = this.find(above.comment.parent)) {
      above.comment.reply_count = (above.comment.reply_count ?? 0) + 1;
      this.#label(above);
    }
  }

  // Muted writers

  get mutedCount() {
    return [...this.#entries.values()].filter((entry) => this.#isMuted(entry)).length;
  }

  get showsMuted() {
    return this.#showsMuted;
  }

  /** @param {boolean} shows */
  set showsMuted(shows) {
    this.#showsMuted = shows;
    this.hushAll();
  }

  /** Who is muted has changed. */
  hushAll() {
    // From the last one on: whether a comment leaves a trace depends on those below it.
    for (const entry of [...this.#entries.values()].reverse()) this.#hush(entry, entry.article.closest("li"));
  }

  /** @param {Entry} entry */
  #isMuted({ comment, own }) {
    return !own && !!comment.author && !!this.#hooks.isMuted?.(comment.author.slug);
  }

  /** @param {Entry} entry @param {HTMLElement|null} item */
  #hush(entry, item) {
    const muted = this.#isMuted(entry);
    if (!muted) entry.justMuted = false;
    this.#setHidden(entry, muted && !this.#showsMuted);
    if (entry.mute) muteWords(entry.mute, nameOf(entry.comment), muted);
    const isEmpty = [...entry.replies.children].every((reply) => /** @type {HTMLElement} */ (reply).hidden);
    if (item) item.hidden = muted && !this.#showsMuted && !entry.justMuted && isEmpty;
  }

  /** @param {Entry} entry @param {boolean} hidden */
  #setHidden(entry, hidden) {
    if (!hidden && !entry.stub) return;
    if (!entry.stub) {
      entry.stub = this.#stub(entry);
      entry.article.prepend(entry.stub);
    }
    entry.stub.hidden = !hidden;
    /** @type {HTMLElement} */ (entry.stub.nextElementSibling).hidden = hidden;
  }

  /** @param {Entry} entry */
  #stub(entry) {
    const undo = button(words.unmute, () => this.#hooks.mute?.(entry), { class: "quiet", "aria-label": words.unmuteName(nameOf(entry.comment)) });
    return make("p", { class: "stub muted" }, words.mutedOne(apart(nameOf(entry.comment))), " ", undo);
  }

  /** @param {Entry} entry */
  #muteButton(entry) {
    const { mute } = this.#hooks;
    return mute && entry.comment.author?.slug ? button(words.mute, () => mute(entry), { class: "quiet mute" }) : null;
  }

  /** What is above the list shows only when there is something. */
  #tidy() {
    for (const each of [this.#linked, this.#fresh]) each.hidden = !listOf(each).firstChild;
  }
}

/** @param {HTMLElement} button @param {string} name @param {boolean} muted */
function muteWords(button, name, muted) {
  button.textContent = muted ? words.unmute : words.mute;
  button.setAttribute("aria-label", muted ? words.unmuteName(name) : words.muteName(name));
}

/** A name inside a sentence keeps its own direction (first strong isolate … pop). @param {string} name */
export function apart(name) {
  return `\u2068${name}\u2069`;
}

/** @param {Entry|undefined} entry */
export function focusOn(entry) {
  headingOf(entry)?.focus();
}

/** @param {Entry|undefined} entry @returns {HTMLElement|null|undefined} */
export function headingOf(entry) {
  return entry?.article.querySelector("h3");
}

function rootList() {
  return make("ol", { class: "comments", role: "list" });
}

/** A place above the list for what belongs further down, with its heading. @param {string} name @param {string} title @returns {HTMLElement} */
function region(name, title) {
  return make("div", { class: `apart ${name}`, hidden: true }, make("p", {}, title), make("ol", { class: "comments", role: "list" }));
}

/** @param {HTMLElement} region @returns {HTMLElement} */
function listOf(region) {
  return /** @type {HTMLElement} */ (region.lastChild);
}

/** @param {HTMLElement} item */
function idIn(item) {
  return item.firstElementChild?.id.replace("comment-", "");
}

/** @param {Comment} comment @param {Map<string, Comment>} above @returns {Comment[]} */
function chainTo(comment, above) {
  const chain = [comment];
  for (let one = above.get(comment.parent ?? ""); one; one = above.get(one.parent ?? "")) chain.unshift(one);
  return chain;
}
