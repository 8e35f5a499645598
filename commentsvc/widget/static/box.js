// What <about-author> and <you-may-also-like> share: fetch once, draw, or get out of the way.

import { Problem, read, storyOf } from "./api.js";
import { emit, make } from "./dom.js";
import { base, sheet } from "./style.js";
import { locale } from "./words.js";

const box = sheet(`
  h2 { font-size: 1.2em; padding-block-end: .4em; border-block-end: 2px solid currentColor; }
  .byline { display: grid; grid-template-columns: auto 1fr; gap: var(--_space); margin-block-start: var(--_space); }
  .byline > div { grid-column: 2; }
  .portrait { inline-size: 4rem; block-size: 4rem; border-radius: 50%; object-fit: cover; }
  .links { display: flex; flex-wrap: wrap; gap: 0 var(--_space); font-size: .875em; }
  .links a, h3 a { display: inline-block; min-block-size: 24px; }
  .cards { display: grid; gap: calc(var(--_space) * 1.5) var(--_space); grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); margin-block-start: var(--_space); }
  .cards :is(time, time ~ span) { white-space: nowrap; }
  .cards h3 { font-size: 1.05em; line-height: 1.35; }
  .cards img { display: block; inline-size: 100%; block-size: auto; aspect-ratio: 16 / 9; object-fit: cover; margin-block-end: .5em; border-radius: var(--_radius); }
  .category { font-weight: 600; }
`);

export class StoryBox extends HTMLElement {
  static observedAttributes = ["site", "story", "url", "exclude"];

  #root = this.attachShadow({ mode: "open" });
  #asked = "";

  connectedCallback() {
    this.#root.adoptedStyleSheets = [base, box];
    if (!this.#root.firstChild) this.#root.append(make("slot"));
    this.#fetch();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#fetch();
  }

  /** What to ask the service for. @returns {string} */
  get path() {
    throw new Error("An element on its own says what it asks for.");
  }

  /** What to ask besides the story. @returns {Record<string, string|string[]>} */
  get query() {
    return {};
  }

  /** A place in a line of boxes that are drawn one after the other. @returns {{before?: Promise<void>, done: () => void}} */
  turn() {
    return { done() {} };
  }

  /**
   * @param {any} _answer of the service
   * @returns {{title: string, content: Node[]}|null} null: there is nothing to say
   */
  drawn(_answer) {
    throw new Error("An element on its own says how it looks.");
  }

  async #fetch() {
    const query = { ...storyOf(this), ...this.query };
    const asked = JSON.stringify(query);
    if (asked === this.#asked) return;
    this.#asked = asked;
    const { before, done } = this.turn();
    try {
      const answer = await read(this.path, query);
      await before;
      if (asked === this.#asked) this.#show(this.drawn(answer));
    } catch (problem) {
      this.#fail(problem);
    } finally {
      done();
    }
  }

  /** @param {{title: string, content: Node[]}|null} drawn */
  #show(drawn) {
    this.hidden = !drawn;
    if (!drawn) return;
    const title = make("h2", { id: "title", part: "heading" }, drawn.title);
    this.#root.replaceChildren(make("aside", { "aria-labelledby": "title", lang: locale }, title, ...drawn.content));
  }

  /** The fallback between the tags stays; without one there is nothing to look at. @param {unknown} problem */
  #fail(problem) {
    if (!(problem instanceof Problem)) throw problem;
    this.hidden = !this.textContent?.trim();
    emit(this, "error", { status: problem.status });
  }
}

/**
 * A picture the page's own policy may forbid: then it leaves no broken frame.
 * @param {string} src
 * @param {Record<string, any>} about
 */
export function picture(src, about) {
  const image = make("img", { alt: "", loading: "lazy", decoding: "async", ...about, onerror: () => image.remove() });
  image.src = src;
  return image;
}
