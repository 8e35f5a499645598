// <comment-count>: how many comments a story has. All that stand on a page ask together.
//
// It stands on pages that have nothing else of ours, so this one file is all it needs: also served as /count.js.
// What it has in common with the other elements is therefore repeated here, in few words.

const SERVICE = import.meta.url.replace(/(embed\/\w+\/)?count\.js.*/, "");

/**
 * What each language says, by plural category; # is the number. No story has the million that French and Spanish have
 * a form of its own for.
 * @type {Record<string, Record<string, string>>}
 */
const FORMS = {
  en: { none: "No comments", one: "# comment", other: "# comments" },
  ar: { none: "لا توجد تعليقات", one: "تعليق واحد", two: "تعليقان", few: "# تعليقات", many: "# تعليقًا", other: "# تعليق" },
  de: { none: "Keine Kommentare", one: "# Kommentar", other: "# Kommentare" },
  es: { none: "Sin comentarios", one: "# comentario", other: "# comentarios" },
  fr: { none: "Aucun commentaire", one: "# commentaire", other: "# commentaires" },
  tr: { none: "Yorum yok", other: "# yorum" },
};

/** The most stories the service counts in one call. */
const AT_ONCE = 100;

const NAME = "comment-count";

/** @type {CommentCount[]} */
let asking = [];

class CommentCount extends HTMLElement {
  static observedAttributes = ["site", "story", "url"];

  #root = this.attachShadow({ mode: "open" });

  connectedCallback() {
    if (!this.#root.firstChild) this.#root.append(document.createElement("slot"));
    this.attributeChangedCallback();
  }

  /** Every element there is now gets into the same request. */
  attributeChangedCallback() {
    if (this.isConnected && asking.push(this) < 2) queueMicrotask(answerAll);
  }

  /** @param {number} count */
  show(count) {
    const wanted = [this.closest("[lang]")?.getAttribute("lang") ?? "", ...navigator.languages];
    const tag = wanted.find((tag) => FORMS[inShort(tag)]) ?? "en";
    const forms = FORMS[inShort(tag)];
    const form = count ? forms[new Intl.PluralRules(tag).select(count)] ?? forms.other : forms.none;
    this.#root.replaceChildren(form.replace("#", new Intl.NumberFormat(tag).format(count)));
  }
}

/** @param {string} tag */
const inShort = (tag) => tag.toLowerCase().split("-")[0];

/** What the service calls the story: the publisher's own id, else an address. @param {Element} element */
function nameOf(element) {
  const story = element.getAttribute("story");
  if (story) return ["story", story];
  const canonical = /** @type {HTMLLinkElement|null} */ (document.querySelector("link[rel~=canonical][href]"));
  const url = element.getAttribute("url") || canonical?.href;
  return ["url", url ? new URL(url, document.baseURI).href : location.href.replace(/#.*/, "")];
}

/** @param {Element} element */
const siteOf = (element) => element.getAttribute("site") ?? "";

function answerAll() {
  const elements = asking.splice(0);
  for (const site of new Set(elements.map(siteOf))) {
    const ours = elements.filter((element) => siteOf(element) === site);
    const names = [...new Set(ours.map((element) => `&${new URLSearchParams([nameOf(element)])}`))];
    while (names.length) answer(ours, `${new URLSearchParams({ site })}${names.splice(0, AT_ONCE).join("")}`);
  }
}

/** @param {CommentCount[]} elements of one site @param {string} query */
async function answer(elements, query) {
  let status = 0;
  try {
    const response = await fetch(`${SERVICE}api/v1/counts?${query}`, { cache: "no-cache", credentials: "omit" });
    ({ status } = response);
    const { counts } = await response.json();
    for (const element of elements) {
      const count = counts[nameOf(element)[1]];
      if (count >= 0) element.show(count);
    }
  } catch {
    // What stands between the tags stays; the page hears of it once.
    elements[0].dispatchEvent(new CustomEvent("commentsvc:error", { bubbles: true, composed: true, detail: { status } }));
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, CommentCount);
