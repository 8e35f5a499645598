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

export class YouMayAlsoLike extends StoryBox {
  get path() {
    return "related";
  }

  /** @param {{stories: Story[]}} answer */
  drawn({ stories }) {
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
