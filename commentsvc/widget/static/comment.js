// Draws one comment.

import { SERVICE } from "./api.js";
import { contentNodes } from "./content.js";
import { button, link, make, theirs, webAddress } from "./dom.js";
import { words } from "./words.js";

/**
 * @typedef {object} Comment as the service sends it
 * @property {string} id
 * @property {string|null} parent
 * @property {"visible"|"removed"|"retracted"} state
 * @property {{name: string, slug?: string, avatar?: string|null, url?: string, website?: string, badges?: string[]}|null} author
 * @property {import("./content.js").ContentNode[]} content
 * @property {string} created_at
 * @property {string|null} edited_at
 * @property {number} likes
 * @property {boolean} featured
 * @property {boolean} [pinned] it stands before the others
 * @property {boolean} [locked] it takes no replies, nor does anything below it
 * @property {number} reply_count of any depth
 * @property {Comment[]} replies
 * @property {string|null} replies_cursor
 *
 * @typedef {object} Place where it is drawn
 * @property {number} level 0 for a comment on the story, 1 for a reply to it, …
 * @property {Comment} [parent]
 * @property {string[]} [waiting] it waits for a moderator, for these reasons
 * @property {((button: HTMLElement) => void)|null} reply what its reply button does; null: there is none
 * @property {(Node|null|undefined|false)[]} [actions] more to do with it, in the order of their importance
 * @property {HTMLElement} [toggle] hides and shows its replies
 */

/**
 * The article of a comment. Its `own` part is the comment without its replies; replies go below that.
 * @param {Comment} comment
 * @param {Place} place
 * @returns {HTMLElement}
 */
export function commentArticle(comment, place) {
  const own = comment.author ? spoken(comment, place) : silent(comment, place);
  return make(
    "article",
    { id: `comment-${comment.id}`, part: "comment", "aria-labelledby": `by-${comment.id} at-${comment.id}` },
    make("div", { class: "own" }, ...own),
  );
}

/** @param {Comment} comment @param {Place} place */
function spoken(comment, place) {
  const body = theirs("div", { class: "body", part: "body" }, ...contentNodes(comment.content));
  return [header(comment, place), place.waiting && waitingNote(place.waiting), body, actions(comment, place)];
}

/** What is left of a removed comment: its place in the conversation. @param {Comment} comment @param {Place} place */
function silent(comment, place) {
  const text = comment.state === "retracted" ? words.retracted : words.removed;
  const heading = make("h3", { class: "muted", part: "author", tabindex: "-1", id: `by-${comment.id}` }, text);
  return [heading, make("div", { class: "actions", part: "actions" }, place.toggle)];
}

/** @param {Comment} comment @param {Place} place */
function header(comment, place) {
  return make(
    "header",
    {},
    portrait(comment),
    heading(comment),
    ...badges(comment),
    place.level > 1 && inReplyTo(place),
    permalink(comment),
    comment.edited_at && editNote(comment.edited_at),
    website(comment),
  );
}

/** It has its place whether it comes or not: a page may forbid it. @param {Comment} comment */
function portrait(comment) {
  const src = webAddress(comment.author?.avatar, SERVICE);
  const image = src && make("img", { alt: "", width: 32, height: 32, loading: "lazy", src, onerror: () => image.remove() });
  return src && make("span", { class: "face", part: "avatar" }, image);
}

/** @param {Comment} comment */
function heading(comment) {
  const name = make("bdi", {}, nameOf(comment));
  return make("h3", { part: "author", tabindex: "-1", id: `by-${comment.id}` }, link(comment.author?.url, {}, name));
}

/** @param {Comment|undefined} comment */
export function nameOf(comment) {
  return comment?.author?.name || words.someone;
}

/** In words, for those who see no colour; one that is not known is shown as it comes. @param {Comment} comment */
function badges(comment) {
  const marks = /** @type {const} */ (["featured", "pinned", "locked"]).filter((mark) => comment[mark]);
  const names = (comment.author?.badges ?? []).map((name) => make("span", { class: "badge", part: "badge" }, words.badges[name] ?? name));
  return [...names, ...marks.map((mark) => make("span", { class: `badge ${mark}`, part: "badge" }, words.badges[mark]))];
}

/** Said where the indent no longer shows it: the sheet decides. @param {Place} place */
function inReplyTo({ level, parent }) {
  const name = make("a", { href: pointTo(parent?.id) }, make("bdi", {}, nameOf(parent)));
  return make("span", { class: level > 3 ? "answers deep" : "answers" }, words.inReplyTo, " ", name);
}

/** @param {Comment} comment */
function permalink(comment) {
  return make("a", { class: "muted", id: `at-${comment.id}`, href: pointTo(comment.id) }, moment(comment.created_at));
}

/**
 * A moment in few words to look at, and in full to hear, to print and for whoever walks by keyboard.
 * @param {string} when RFC 3339
 */
function moment(when) {
  const full = words.fullDate(when);
  return make(
    "time",
    { datetime: when, title: full },
    make("span", { class: "ago", "aria-hidden": "true" }, words.ago(when)),
    make("span", { class: "full" }, full),
  );
}

/** Says anew how long ago everything in a tree was. @param {ParentNode} root */
export function refreshTimes(root) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time:has(> .ago)"))) {
    const said = /** @type {HTMLElement} */ (time.firstChild);
    const now = words.ago(time.dateTime);
    if (said.textContent !== now) said.textContent = now;
  }
}

/** @param {string} when */
function editNote(when) {
  return make("span", { class: "muted edited", title: words.fullDate(when) }, words.edited, make("span", { class: "full" }, " ", words.fullDate(when)));
}

/** A comment's address on this very page, whatever <base> the page has. @param {string|undefined} id */
function pointTo(id) {
  return `${location.href.replace(/#.*/, "")}#comment-${id}`;
}

/** @param {Comment} comment */
function website(comment) {
  const href = webAddress(comment.author?.website);
  return href && make("a", { class: "muted", href, rel: "nofollow ugc noopener" }, words.website);
}

/** @param {string[]} reasons */
export function waitingNote(reasons) {
  return make(
    "div",
    { class: "waiting" },
    make("p", { part: "badge" }, words.waiting),
    reasons.length > 0 && make("ul", {}, ...reasons.map((reason) => make("li", {}, reason))),
  );
}

/** @param {Comment} comment @param {Place} place */
function actions(comment, place) {
  return make(
    "div",
    { class: "actions", part: "actions" },
    place.reply && replyButton(comment, place.reply),
    place.toggle,
    ...(place.actions ?? []),
  );
}

/** @param {Comment} comment @param {(button: HTMLElement) => void} reply */
function replyButton(comment, reply) {
  const made = button(words.reply, () => reply(made), { class: "quiet reply", "aria-label": words.replyTo(nameOf(comment)) });
  return made;
}
