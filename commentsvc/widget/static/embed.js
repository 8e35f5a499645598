// The entry, served as /embed.js: finds the four elements on the page and loads what those that are there need.
// The service writes the release's hash into the address below, and into the list every language it has a file for.

const FILES = new URL("./embed/", import.meta.url);
const LANGUAGES = ["en"];

/** What an element's module imports is named too, so that the browser asks for all of it at once. */
const THREAD = "thread actions api comment content dom list memory muted style words";
const BOX = "box api content dom style words";
/** @type {Record<string, [string, string]>} the class of each element, and its files; the count defines itself */
const ELEMENTS = {
  "comment-thread": ["CommentThread", THREAD],
  "comment-count": ["", "count"],
  "about-author": ["AboutAuthor", `about ${BOX}`],
  "you-may-also-like": ["YouMayAlsoLike", `related ${BOX}`],
};
const OURS = Object.keys(ELEMENTS);

/**
 * What the modules have in common with the entry, whatever address it was loaded under. The first entry of a page wins.
 * @type {{language?: string, storyOf: typeof storyOf, addressOf: typeof addressOf, early: Map<string, Promise<Response>>}}
 */
const shared = { storyOf, addressOf, early: new Map() };

/** The address of the story: as given, else the page's canonical link, else the page itself. @param {Element} element */
export function addressOf(element) {
  const given = element.getAttribute("url");
  if (given) return new URL(given, document.baseURI).href;
  /** @type {HTMLLinkElement|null} */
  const canonical = document.querySelector("link[rel~=canonical][href]");
  return canonical?.href ?? location.href.replace(/#.*/, "");
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

/** The attribute of an element, else the language around it, else the browser's, of those there are words in. */
function chosen() {
  const element = document.querySelector(OURS.map((name) => `${name}[lang]`).join()) ?? document.querySelector(OURS.join());
  const wanted = [element?.closest("[lang]")?.getAttribute("lang") ?? "", document.documentElement.lang, ...navigator.languages];
  return wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => LANGUAGES.includes(tag)) ?? "en";
}

/** @param {string} file */
const load = (file) => import(`${FILES}${file}.js`);

/** @param {string} name of an element that stands on the page */
async function define(name) {
  const [element, files] = ELEMENTS[name];
  shared.language ??= chosen();
  const [first, ...others] = files.split(" ");
  if (others.length) others.push(`words/${shared.language}`);
  for (const file of others) load(file).catch(() => {}); // whoever imports it says what is wrong
  const module = await load(first);
  if (element && !customElements.get(name)) customElements.define(name, module[element]);
}

/** The answer the first thread will ask for, on its way while the modules still are. */
function askEarly() {
  const thread = document.querySelector("comment-thread:not([lazy])");
  if (!thread) return;
  const url = new URL("../../api/v1/thread", FILES);
  const sort = thread.getAttribute("sort");
  url.search = `${new URLSearchParams({ ...storyOf(thread), ...(sort && { sort }) })}`;
  const answer = fetch(url, { cache: "no-cache", credentials: "omit", signal: AbortSignal.timeout(20_000) });
  answer.catch(() => {}); // the thread asks for it and says so
  shared.early.set(url.href, answer);
}

let missing = OURS.filter((name) => !customElements.get(name));
/** @type {number|boolean} */
let planned = false;

/** Elements inside another element's shadow root are not found: a page that has such loads /embed.js?all. */
const wantsAll = /[?&]all\b/.test(import.meta.url);

/** Loads what the page has come to need. */
function look() {
  planned = false;
  const found = missing.filter((name) => wantsAll || document.getElementsByTagName(name).length);
  missing = missing.filter((name) => !found.includes(name));
  for (const name of found) define(name);
}

const KEY = Symbol.for("commentsvc");
const page = /** @type {any} */ (globalThis);
const asked = import.meta.url + location.search;

if (!page[KEY]) {
  page[KEY] = shared;
  askEarly();
  look();
  // A page under construction changes hundreds of times a second; it is looked at now and then.
  new MutationObserver(() => planned || !missing.length || (planned = setTimeout(look, 50))).observe(document, { childList: true, subtree: true });
}
if (/[?&]debug\b/.test(asked)) load("debug");
