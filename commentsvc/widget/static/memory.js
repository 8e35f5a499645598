// What stays in the reader's browser: who wrote last, receipts, who is muted; drafts (draft.js). The host page's storage, no cookies.

import { SERVICE } from "./api.js";

const RECEIPTS_KEPT = 50;
const MARKS_KEPT = 500;

/** Where a browser refuses to store (private windows, full or blocked storage), things last as long as the page. */
const pageOnly = new Map();

/** @param {"localStorage"|"sessionStorage"} area @param {string} key */
export function load(area, key) {
  try {
    return JSON.parse(window[area].getItem(key) ?? pageOnly.get(area + key) ?? "null");
  } catch {
    return JSON.parse(pageOnly.get(area + key) ?? "null");
  }
}

/** @param {"localStorage"|"sessionStorage"} area @param {string} key @param {unknown} value null deletes */
export function store(area, key, value) {
  pageOnly.delete(area + key);
  try {
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, JSON.stringify(value));
  } catch {
    if (value !== null) pageOnly.set(area + key, JSON.stringify(value));
  }
}

/**
 * @typedef {object} Receipt what proves that a comment is this reader's
 * @property {string} id of the comment; "me" where it is the token of a reader whose address is confirmed
 * @property {string} token
 * @property {string} editable_until
 * @property {string} email what was typed with it
 * @property {string} story which story, as the tag names it
 * @property {{comment: any, reasons: string[]}} [waiting] the comment itself while it waits for a moderator
 */

/** The writer and the receipts of one site: for this tab, or for good if the reader ticked the box. */
export class Memory {
  #key;

  /** @param {string} site */
  constructor(site) {
    this.#key = `commentsvc:${SERVICE.host}${SERVICE.pathname}:${site}`;
  }

  /** Did the reader ask to be remembered beyond this tab? */
  get remembered() {
    return load("localStorage", this.#key) !== null;
  }

  /** @returns {{name?: string, email?: string, website?: string}} */
  get person() {
    return this.#all().person;
  }

  /** The receipts of comments of this story that still wait. @param {string} story @returns {Receipt[]} */
  waiting(story) {
    return this.#all().receipts.filter((/** @type {Receipt} */ one) => one.story === story && one.waiting);
  }

  /** The newest proof that the person with this address wrote here before. @param {string} email @returns {string|undefined} */
  tokenFor(email) {
    return (this.#all().receipts.findLast((/** @type {Receipt} */ one) => one.email === email) ?? this.receipt("me"))?.token;
  }

  /** @param {object} person @param {Receipt} receipt @param {boolean} remember */
  keep(person, receipt, remember) {
    const all = this.#all();
    const receipts = [...all.receipts, receipt].slice(-RECEIPTS_KEPT);
    this.#save({ ...all, person, receipts }, remember);
  }

  /** The comment waits no longer. @param {string} id */
  settle(id) {
    this.update(id, { waiting: undefined });
  }

  /** What proves that a comment is this reader's. @param {string} id @returns {Receipt|undefined} */
  receipt(id) {
    return this.#all().receipts.find((/** @type {Receipt} */ one) => one.id === id);
  }

  /** @param {string} id @param {Partial<Receipt>} changes undefined takes something away */
  update(id, changes) {
    const all = this.#all();
    for (const receipt of all.receipts) if (receipt.id === id) Object.assign(receipt, changes);
    this.#save(all, this.remembered);
  }

  /** The comment is not there any more. @param {string} id */
  drop(id) {
    const all = this.#all();
    all.receipts = all.receipts.filter((/** @type {Receipt} */ one) => one.id !== id);
    this.#save(all, this.remembered);
  }

  /** Did the reader do this to a comment? @param {"liked"|"flagged"} mark @param {string} id */
  has(mark, id) {
    return !!this.#all()[mark]?.includes(id);
  }

  /** @param {"liked"|"flagged"} mark @param {string} id @param {boolean} isSet */
  mark(mark, id, isSet) {
    const all = this.#all();
    const others = (all[mark] ?? []).filter((/** @type {string} */ one) => one !== id);
    this.#save({ ...all, [mark]: [...others, ...(isSet ? [id] : [])].slice(-MARKS_KEPT) }, this.remembered);
  }

  /** Back to this tab only. */
  forget() {
    this.#save(this.#all(), false);
  }

  #all() {
    return load("localStorage", this.#key) ?? load("sessionStorage", this.#key) ?? { person: {}, receipts: [] };
  }

  /** @param {object} all @param {boolean} remember */
  #save(all, remember) {
    store("localStorage", this.#key, remember ? all : null);
    store("sessionStorage", this.#key, remember ? null : all);
  }
}
