// Whom a reader does not want to read: kept in this browser, for this page's origin, told to nobody.

import { SERVICE } from "./api.js";
import { load, store } from "./memory.js";

/** Older ones are forgotten. */
const MOST = 500;

export class Muted {
  #place;
  /** Names by slugs. @type {Map<string, string>} */
  #names;

  /** @param {string} site */
  constructor(site) {
    this.#place = `commentsvc:muted:${SERVICE.host}${SERVICE.pathname}:${site}`;
    const kept = load("localStorage", this.#place);
    this.#names = new Map(Array.isArray(kept) ? kept.filter(Array.isArray) : []); // the page may have put anything there
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

  #save() {
    store("localStorage", this.#place, this.#names.size ? [...this.#names].slice(-MOST) : null);
  }
}
