// What went wrong, in the page's language, where the writer looks; and what only writers' parts look like.

import { Problem } from "./api.js";
import { make } from "./dom.js";
import { sheet } from "./style.js";
import { words } from "./words.js";

const looks = sheet(`
  form { margin-block-start: calc(var(--_space) * 2); display: grid; grid-template-columns: minmax(0, 1fr); gap: .75em; }
  article form { margin-block-start: .5em; padding: var(--_space); border: 1px solid var(--_border); border-radius: var(--_radius); }
  form h3 { font-size: 1.2em; }
  form > p:empty, .trouble:empty { display: none; }
  .field, .writing { display: grid; grid-template-columns: minmax(0, 1fr); gap: .25em; align-content: start; }
  .person { display: grid; gap: .75em; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); }
  label { font-weight: 600; }
  .toolbar label, .save label { font-weight: inherit; }
  input, textarea { padding: .5em .6em; border: 1px solid var(--_line); border-radius: var(--_radius); background: transparent; }
  /* Below 16px, phones zoom into the field. */
  .field :is(input, textarea) { inline-size: 100%; font-size: max(1em, 16px); min-block-size: 2.5em; }
  .field textarea { resize: vertical; line-height: 1.5; field-sizing: content; min-block-size: 9em; max-block-size: 30em; }
  [aria-invalid="true"] { border-color: var(--_danger); border-inline-start-width: 4px; }
  .message { color: var(--_danger); font-size: .875em; }
  .trouble:not(:empty) { padding: .75em var(--_space); border: 1px solid var(--_danger); border-inline-start-width: 4px; border-radius: var(--_radius); display: grid; gap: .5em; justify-items: start; }
  .trouble ul { padding-inline-start: 1.2em; }
  .trouble li { margin: 0; }
  .trouble a { color: inherit; padding-block: .25em; line-height: 1.75; }
  .save { display: flex; gap: .5em; align-items: start; font-size: .875em; }
  .save input { inline-size: 1.5em; block-size: 1.5em; min-inline-size: 24px; min-block-size: 24px; margin: 0; accent-color: var(--_accent); }
  .buttons { display: flex; flex-wrap: wrap; gap: .5em 1em; align-items: center; }
  .trap { padding: 0; border: 0; }

  .tools { display: flex; flex-wrap: wrap; gap: .25em; align-items: center; }
  .tools button { min-inline-size: 2.25rem; padding-inline: .5em; font-size: .875em; }
  .bold { font-weight: 700; }
  .italic { font-style: italic; }
  .tools .count { margin-inline-start: auto; }
  .over { color: var(--_danger); }
  .preview { padding: .75em var(--_space); border: 1px dashed var(--_line); border-radius: var(--_radius); overflow-wrap: anywhere; }
  .sending { padding: var(--_space); margin-block-start: var(--_space); border: 1px dashed var(--_line); border-radius: var(--_radius); }
  .sending > .body { white-space: pre-wrap; }
  .own > form { margin-block-start: .5em; }
  .undo { display: flex; flex-wrap: wrap; gap: .25em 1em; align-items: center; padding-block: .5em; }
  .undo ~ * { display: none !important; }
  .editing > :is(.body, .actions, .waiting) { display: none; }
  dialog { max-inline-size: min(32rem, calc(100vw - 2rem)); max-block-size: calc(100dvh - 2rem); overflow: auto; padding: calc(var(--_space) * 1.25);
    border: 1px solid; border-radius: var(--_radius); color: CanvasText; background: Canvas; text-align: start; }
  dialog::backdrop { background: rgb(0 0 0 / .5); }
  dialog form { margin: 0; padding: 0 !important; border: 0 !important; }
  fieldset { border: 0; margin: 0; padding: 0; min-inline-size: 0; }
  legend { padding: 0; font-weight: 600; }
  fieldset label { display: flex; gap: .5em; align-items: center; font-weight: inherit; min-block-size: 2rem; }
  fieldset input { inline-size: 1.25rem; block-size: 1.25rem; margin: 0; flex: none; accent-color: var(--_accent); }
`);

/** The looks of the writers' parts, in the thread a node is in. @param {Node} node */
export function dress(node) {
  const root = node.getRootNode();
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(looks)) root.adoptedStyleSheets.push(looks);
}

/**
 * A sentence for what the service said, or failed to say; its own words are the more precise ones, and English.
 * A mistake in this code stays an error.
 * @param {unknown} problem
 */
export function said(problem) {
  if (!(problem instanceof Problem)) throw problem;
  return words.problems[problem.code] || problem.message;
}

/** What is wrong with a field. @param {string} name @param {string[]} sentences */
export function saidOf(name, sentences) {
  return name in words.wrong ? [words.wrong[name]] : sentences;
}

/** Says below a comment what could not be done there. @param {import("./list.js").Entry} entry @param {string} text */
export function complain(entry, text) {
  const own = entry.article.querySelector(".own");
  own?.querySelector(":scope > .message")?.remove();
  own?.append(make("p", { class: "message", role: "alert" }, text));
}

/** How long to wait, counted down; a screen reader hears its beginning and its end. @param {number} seconds */
export function countdown(seconds) {
  const until = Date.now() + seconds * 1000;
  const clock = make("span", { role: "timer", "aria-live": "off" }, words.wait(seconds));
  const ticking = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0 && clock.isConnected) clock.textContent = words.wait(left);
    else clearInterval(ticking);
    if (left <= 0) clock.replaceWith(words.waitOver);
  }, 1000);
  return clock;
}
