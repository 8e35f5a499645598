// Makes nodes. Nothing here or elsewhere parses HTML: text goes in as text.

import { SERVICE } from "./api.js";
import { words } from "./words.js";

/**
 * One element. `onclick` and its like are listened to; true means an empty attribute; null, undefined, false and "" none,
 * but for `alt`: a picture that says nothing must say so.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node|string|null|undefined|false)} children null, undefined and false are left out
 * @returns {any}
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value || value === 0 || name === "alt") node.setAttribute(name, value);
  }
  node.append(.../** @type {(Node|string)[]} */ (children.filter((child) => child || child === "")));
  return node;
}

/**
 * An element for words that are not ours: its direction is its own, its language most likely the page's.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node|string|null)} children
 */
export function theirs(tag, attributes, ...children) {
  return make(tag, { dir: "auto", lang: document.documentElement.lang, ...attributes }, ...children);
}

/**
 * An http(s) address, or null for everything else.
 * @param {string|null|undefined} address
 * @param {URL} [base] what a relative address is relative to; without it, only a full address passes
 */
export function webAddress(address, base) {
  const url = address && URL.canParse(address, base) ? new URL(address, base) : null;
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}

/**
 * A link into the service or the publisher's pages; without a usable address, the same words unlinked.
 * @param {string|null|undefined} address
 * @param {Record<string, any>} attributes
 * @param {...(Node|string)} children
 */
export function link(address, attributes, ...children) {
  const href = webAddress(address, SERVICE);
  return href ? make("a", { href, ...attributes }, ...children) : make("span", attributes, ...children);
}

/** @param {string} label @param {() => void} onclick @param {Record<string, any>} [more] */
export function button(label, onclick, more = {}) {
  return make("button", { type: "button", part: "button", onclick, ...more }, label);
}

/** A moment, in few words, with the full date at hand. @param {string} moment RFC 3339 */
export function time(moment) {
  return make("time", { datetime: moment, title: words.fullDate(moment) }, words.ago(moment));
}

/**
 * Tells the page; only ids and numbers, so that it may pass them on.
 * @param {Element} element
 * @param {string} name
 * @param {Record<string, string|number>} detail
 */
export function emit(element, name, detail) {
  element.dispatchEvent(new CustomEvent(`commentsvc:${name}`, { bubbles: true, composed: true, detail }));
}
