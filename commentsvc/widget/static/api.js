// Talks to the service: which story a tag means, reading, writing, and what went wrong.

import { words } from "./words.js";

/** Where the service lives, with the prefix it may have: this module is SERVICE/embed/api.js. */
export const SERVICE = new URL("../", import.meta.url);

const PATIENCE_MS = 20_000;

/** An answer that is not the wanted one (RFC 9457), or no answer at all (status 0). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{detail?: string, code?: string, fields?: Record<string, string[]>}} said
   * @param {number|null} wait seconds the service asks us to wait
   */
  constructor(status, said = {}, wait = null) {
    super(said.detail || (status ? words.serverTrouble : words.unreachable));
    this.status = status;
    this.code = said.code ?? "";
    this.fields = said.fields ?? {};
    this.wait = wait;
  }
}

/**
 * The site and story a tag stands for, as the service wants to hear it: the publisher's own id, else an address.
 * @param {Element} element
 * @returns {{site: string, story?: string, url?: string}}
 */
export function storyOf(element) {
  const site = element.getAttribute("site") ?? "";
  const story = element.getAttribute("story");
  return story ? { site, story } : { site, url: addressOf(element) };
}

/** The address of the story: as given, else the page's canonical link, else the page itself. @param {Element} element */
export function addressOf(element) {
  const given = element.getAttribute("url");
  if (given) return new URL(given, document.baseURI).href;
  /** @type {HTMLLinkElement|null} */
  const canonical = document.querySelector("link[rel~=canonical][href]");
  return canonical?.href ?? location.href.replace(/#.*/, "");
}

/**
 * GET JSON. The browser revalidates by itself, so an unchanged thread costs a 304.
 * @param {string} path below /api/v1/
 * @param {Record<string, string|string[]|null|undefined>} [parameters] a list repeats the name, null is left out
 * @returns {Promise<any>}
 * @throws {Problem}
 */
export function read(path, parameters = {}) {
  const url = new URL(`api/v1/${path}`, SERVICE);
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value ?? []].flat()) url.searchParams.append(name, one);
  }
  return ask(url, { cache: "no-cache" });
}

/**
 * Sends JSON: POST, unless the options say otherwise.
 * @param {string} path
 * @param {object|undefined} body
 * @param {Record<string, string>} headers
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 * @throws {Problem}
 */
export function write(path, body, headers, options) {
  return ask(new URL(`api/v1/${path}`, SERVICE), {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
    ...options,
  });
}

/** @param {URL} url @param {RequestInit} options */
async function ask(url, options) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(url, { mode: "cors", credentials: "omit", signal, ...options }).catch(unreachable);
  // A proxy on the way may answer in HTML; an error without JSON is still an error with a status.
  const said = await response.json().catch(() => null);
  if (response.ok && said) return said;
  throw new Problem(response.status, said ?? {}, waitOf(response));
}

/** @returns {never} */
function unreachable() {
  throw new Problem(0);
}

/** @param {Response} response */
function waitOf(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? null : seconds;
}
