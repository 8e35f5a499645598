// <comment-count>: how many comments a story has. All that stand on a page ask together.

import { Problem, read, storyOf } from "./api.js";
import { emit } from "./dom.js";
import { words } from "./words.js";

/** The most stories the service counts in one call. */
const AT_ONCE = 100;

/** @type {Set<CommentCount>} */
let asking = new Set();

export class CommentCount extends HTMLElement {
  static observedAttributes = ["site", "story", "url"];

  #root = this.attachShadow({ mode: "open" });

  connectedCallback() {
    if (!this.#root.firstChild) this.#root.append(document.createElement("slot"));
    ask(this);
  }

  attributeChangedCallback() {
    if (this.isConnected) ask(this);
  }

  /** @param {number} count */
  show(count) {
    this.#root.replaceChildren(words.comments(count));
  }
}

/** Every element there is now gets into the same request. @param {CommentCount} element */
function ask(element) {
  if (asking.size === 0) queueMicrotask(answerAll);
  asking.add(element);
}

function answerAll() {
  const elements = [...asking];
  asking = new Set();
  for (const group of bySite(elements)) answer(group);
}

/** @param {CommentCount[]} elements @returns {CommentCount[][]} */
function bySite(elements) {
  const sites = new Set(elements.map((element) => element.getAttribute("site")));
  return [...sites].map((site) => elements.filter((element) => element.getAttribute("site") === site));
}

/** @param {CommentCount[]} elements of one site */
function answer(elements) {
  const names = [...new Map(elements.map((element) => [nameOf(element), storyOf(element)])).values()];
  for (let start = 0; start < names.length; start += AT_ONCE) fetchCounts(names.slice(start, start + AT_ONCE), elements);
}

/** @param {{site: string, story?: string, url?: string}[]} names @param {CommentCount[]} elements */
async function fetchCounts(names, elements) {
  const story = names.flatMap((name) => name.story ?? []);
  const url = names.flatMap((name) => name.url ?? []);
  try {
    const { counts } = await read("counts", { site: names[0].site, story, url });
    for (const element of elements) if (nameOf(element) in counts) element.show(counts[nameOf(element)]);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    // What stands between the tags stays; the page hears of it once.
    emit(elements[0], "error", { status: problem.status });
  }
}

/** @param {Element} element */
function nameOf(element) {
  const { story, url } = storyOf(element);
  return story ?? url ?? "";
}
