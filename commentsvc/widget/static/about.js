// <about-author>: who wrote the story.

import { SERVICE } from "./api.js";
import { StoryBox, picture } from "./box.js";
import { contentNodes } from "./content.js";
import { link, make, theirs, webAddress } from "./dom.js";
import { words } from "./words.js";

/**
 * @typedef {object} Byline
 * @property {string} name
 * @property {string} url profile page
 * @property {string|null} avatar
 * @property {string|null} website
 * @property {import("./content.js").ContentNode[]} bio
 * @property {{label: string, url: string}[]} links
 */

export class AboutAuthor extends StoryBox {
  get path() {
    return "stories/about";
  }

  /** A box for each who has written something about themselves. @param {{authors: Byline[]}} answer */
  drawn(answer) {
    const authors = answer.authors.filter(({ bio }) => bio?.length);
    return authors.length ? { title: words.aboutAuthors(authors.length), content: authors.map(byline) } : null;
  }
}

/** @param {Byline} author */
function byline(author) {
  return make(
    "article",
    { class: "byline", part: "author" },
    portrait(author),
    make(
      "div",
      { part: "body" },
      make("h3", {}, link(author.url, {}, make("bdi", {}, author.name))),
      theirs("div", { class: "body" }, ...contentNodes(author.bio)),
      links(author),
    ),
  );
}

/** @param {Byline} author */
function portrait(author) {
  const src = webAddress(author.avatar, SERVICE);
  return src && picture(src, { class: "portrait", width: 64, height: 64 });
}

/** @param {Byline} author */
function links({ website, links }) {
  const all = [...(website ? [{ label: words.website, url: website }] : []), ...(links ?? [])];
  const lines = all.map(({ label, url }) => make("li", {}, link(url, { rel: "noopener" }, make("bdi", {}, label))));
  return lines.length > 0 && make("ul", { class: "links", role: "list" }, ...lines);
}
