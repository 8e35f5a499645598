// <you-may-also-like>: other stories of the same site.

import { SERVICE } from "./api.js";
import { StoryBox, picture } from "./box.js";
import { link, make, theirs, webAddress } from "./dom.js";
import { words } from "./words.js";

/** What a card's picture is cut to, in CSS pixels: the room is kept free before it arrives. */
const PICTURE = { width: 320, height: 180 };

/**
 * @typedef {object} Story
 * @property {string} title
 * @property {string} url
 * @property {string|null} image
 * @property {string|null} category
 * @property {string|null} published_at
 * @property {number} comment_count
 */

/** How many stories a box shows, and the most the service gives. */
const SHOWN = 4;
const MOST = 20;

/** What each box of the page shows: no story is on a page twice. @type {Map<Element, string[]>} */
const onThePage = new Map();
/** The boxes choose in the order in which they came into the page, each when the one before it has. */
let last = Promise.resolve();

export class YouMayAlsoLike extends StoryBox {
  get path() {
    return "related";
  }

  /** Enough to choose from when other boxes of the page have chosen, and nothing the page says it shows already. */
  get query() {
    const boxes = document.getElementsByTagName(this.localName).length;
    const limit = String(Math.min(MOST, SHOWN * Math.max(1, boxes)));
    return { limit, exclude: (this.getAttribute("exclude") ?? "").split(/\s+/).filter(Boolean) };
  }

  turn() {
    const before = last;
    let done = () => {};
    last = new Promise((resolve) => (done = resolve));
    return { before, done };
  }

  disconnectedCallback() {
    onThePage.delete(this);
  }

  /** @param {{stories: Story[]}} answer */
  drawn(answer) {
    onThePage.delete(this);
    const taken = new Set([...onThePage.values()].flat());
    const stories = answer.stories.filter(({ url }) => !taken.has(url)).slice(0, SHOWN);
    onThePage.set(this, stories.map(({ url }) => url));
    if (!stories.length) return null;
    const cards = stories.map((story) => make("li", {}, card(story)));
    return { title: words.alsoLike, content: [make("ul", { class: "cards", role: "list" }, ...cards)] };
  }
}

/** @param {Story} story */
function card(story) {
  const image = webAddress(story.image, SERVICE);
  return make(
    "article",
    { part: "body" },
    image && picture(image, PICTURE),
    story.category && theirs("p", { class: "category muted" }, story.category),
    theirs("h3", {}, link(story.url, {}, story.title)),
    make("p", { class: "muted" }, ...facts(story)),
  );
}

/** @param {Story} story */
function facts({ published_at: moment, comment_count: count }) {
  const comments = make("span", {}, words.comments(count));
  return moment ? [make("time", { datetime: moment }, words.day(moment)), " · ", comments] : [comments];
}
