// Whom a reader does not want to read: kept in this browser, for this page's origin, told to nobody.

import { SERVICE } from "./api.js";

/** Older ones are forgotten. */
const MOST = 500;

export class Muted {
  #key;
  /** Names by slugs. @type {Map<string, string>} */
  #names;

  /** @param {string} site */
  constructor(site) {
    this.#key = `commentsvc:muted:${SERVICE.host}${SERVICE.pathname}:${site}`;
    this.#names = new Map(this.#load());
  }

  /** @param {string|undefined} slug */
  has(slug) {
    return this.#names.has(slug ?? "");
  }

  /** @param {string} slug @param {string} name */
  add(slug, name) {
    this.#names.set(slug, name);
    this.#save();
  }

  /** @param {string} slug */
  remove(slug) {
    this.#names.delete(slug);
    this.#save();
  }

  /** @returns {[string, string][]} */
  #load() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => Array.isArray(one) && typeof one[0] === "string") : [];
    } catch {
      return []; // no storage, or something else in its place
    }
  }

  #save() {
    try {
      if (this.#names.size) localStorage.setItem(this.#key, JSON.stringify([...this.#names].slice(-MOST)));
      else localStorage.removeItem(this.#key);
    } catch {
      // A browser that stores nothing: it lasts as long as the page.
    }
  }
}
