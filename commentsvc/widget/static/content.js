// Draws the service's text trees. The service has cleaned them; this is the second look, at the last door.

import { make, webAddress } from "./dom.js";

const TAGS = new Set(["p", "br", "em", "strong", "code", "pre", "blockquote", "q", "del", "ul", "ol", "li"]);

/**
 * @typedef {string | [string, ...any]} ContentNode text, or [tag, ...children], or [tag, {attributes}, ...children]
 */

/**
 * The nodes of a text tree. An unknown tag is dropped and what it holds is kept.
 * @param {ContentNode[]} tree
 * @returns {(Node|string)[]}
 */
export function contentNodes(tree) {
  return tree.flatMap(drawn);
}

/** @param {ContentNode} node @returns {(Node|string)[]} */
function drawn(node) {
  if (typeof node === "string") return [node];
  const [tag, ...rest] = node;
  const attributes = isAttributes(rest[0]) ? rest.shift() : {};
  const children = contentNodes(rest);
  if (tag === "a") return readersLink(attributes.href, children);
  return TAGS.has(tag) ? [make(tag, {}, ...children)] : children;
}

/** @param {unknown} thing */
function isAttributes(thing) {
  return typeof thing === "object" && thing !== null && !Array.isArray(thing);
}

/**
 * A link somebody typed: never a recommendation of the site, never a handle on its window.
 * @param {string} address
 * @param {(Node|string)[]} children
 */
function readersLink(address, children) {
  const href = webAddress(address);
  return href ? [make("a", { href, rel: "nofollow ugc noopener" }, ...children)] : children;
}
