// A text that is not sent yet.

import { SERVICE } from "./api.js";
import { load, store } from "./memory.js";

/** A text not sent yet, and the key under which it is sent, so that trying again never posts it twice. */
export class Draft {
  #place;
  #kept;

  /** @param {string} site @param {string} story @param {string|null} parent the comment it answers */
  constructor(site, story, parent) {
    this.#place = `commentsvc:draft:${JSON.stringify([SERVICE.href, site, story, parent])}`;
    this.#kept = load("sessionStorage", this.#place) ?? { text: "", key: newKey() };
  }

  get text() {
    return this.#kept.text;
  }

  get key() {
    return this.#kept.key;
  }

  /** @param {string} text */
  save(text) {
    this.#kept.text = text;
    store("sessionStorage", this.#place, this.#kept);
  }

  /** The same text is to become another comment. */
  renewKey() {
    this.#kept.key = newKey();
    this.save(this.text);
  }

  clear() {
    this.#kept = { text: "", key: newKey() };
    store("sessionStorage", this.#place, null);
  }
}

/** Browsers have randomUUID on https pages only. */
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
