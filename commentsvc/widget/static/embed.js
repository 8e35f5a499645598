// Defines the four elements of the service. Served as /embed.js; every other module as /embed/NAME.js.

// The deeper modules are named here too, so that the browser asks for all of them at once.
import "./embed/api.js";
import "./embed/box.js";
import "./embed/comment.js";
import "./embed/content.js";
import "./embed/dom.js";
import "./embed/list.js";
import "./embed/memory.js";
import "./embed/muted.js";
import "./embed/style.js";
import "./embed/words.js";
import { AboutAuthor } from "./embed/about.js";
import { CommentCount } from "./embed/count.js";
import { YouMayAlsoLike } from "./embed/related.js";
import { CommentThread } from "./embed/thread.js";

const elements = {
  "comment-thread": CommentThread,
  "comment-count": CommentCount,
  "about-author": AboutAuthor,
  "you-may-also-like": YouMayAlsoLike,
};

for (const [name, element] of Object.entries(elements)) {
  // A page may carry the script twice under two addresses; the first one wins.
  if (!customElements.get(name)) customElements.define(name, element);
}
