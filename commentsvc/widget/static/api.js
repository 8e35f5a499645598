// Talks to the service: reading, writing, and what went wrong.

import { locale, words } from "./words.js";

/** Where the service lives, with the prefix it may have: this module is SERVICE/embed/RELEASE/api.js. */
export const SERVICE = new URL("../../", import.meta.url);

/**
 * What the entry has in common with the modules: which story a tag stands for, and the answer it asked for early.
 * @type {{storyOf: typeof import("./embed.js").storyOf, addressOf: typeof import("./embed.js").addressOf, early: Map<string, Promise<Response>>}}
 */
const { storyOf, addressOf, early } = /** @type {any} */ (globalThis)[Symbol.for("commentsvc")];
export { addressOf, storyOf };

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
    headers: { "Content-Type": "application/json", "Accept-Language": locale, ...headers },
    body: JSON.stringify(body),
    ...options,
  });
}

/** Lets pass what the service said or failed to say; a mistake in this code stays an error. @param {unknown} problem */
export function onlyProblems(problem) {
  if (!(problem instanceof Problem)) throw problem;
  return null;
}

/** @param {URL} url @param {RequestInit} options */
async function ask(url, options) {
  const response = await (taken(url.href) ?? fetch(url, { ...how(), ...options })).catch(unreachable);
  // A proxy on the way may answer in HTML; an error without JSON is still an error with a status.
  const said = await response.json().catch(() => null);
  if (response.ok && said) return said;
  throw new Problem(response.status, said ?? {}, waitOf(response));
}

/** The entry's answer, once. @param {string} href */
function taken(href) {
  const answer = early.get(href);
  early.delete(href);
  return answer;
}

/** @returns {RequestInit} */
function how() {
  return { mode: "cors", credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) };
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
