// What helps with writing a text: buttons that write light Markdown, a preview, how much room is left.

import { write } from "./api.js";
import { contentNodes } from "./content.js";
import { button, make, theirs } from "./dom.js";
import { said } from "./saying.js";
import { words } from "./words.js";

/** From which share of the limit on the length is shown. */
const COUNTED_FROM = 0.8;

/** What stands on a button (its name, where no sign says it), and what it does to the text that is selected. @type {Record<string, [string, (field: HTMLTextAreaElement) => void]>} */
const TOOLS = {
  bold: ["B", (field) => wrap(field, "**")],
  italic: ["I", (field) => wrap(field, "*")],
  quote: ["❝", quote],
  code: ["</>", code],
  link: ["", linked],
};

/**
 * The tools of a text field, to stand below it. Ctrl or Cmd and Enter sends its form.
 * @param {{field: HTMLTextAreaElement, limit: number, site: string}} about
 * @returns {HTMLElement}
 */
export function tools({ field, limit, site }) {
  const count = make("span", { class: "count muted" });
  const heard = make("span", { class: "unseen", "aria-live": "polite" });
  const shown = theirs("div", { class: "preview body", role: "region", "aria-label": words.preview, "aria-live": "polite", hidden: true });
  const preview = button(words.preview, () => showPreview(), { "aria-expanded": "false" });
  const buttons = Object.entries(TOOLS).map(([name, [sign, act]]) =>
    button(sign || words.tools[name], () => act(field), { class: name, "aria-label": words.tools[name], title: words.tools[name] }),
  );
  const bar = make("div", { class: "tools", role: "toolbar", "aria-label": words.toolbar, "aria-controls": field.id }, ...buttons, preview, count, heard);
  const element = make("div", { class: "writing" }, bar, shown);
  walkable(bar, [...buttons, preview]);
  field.addEventListener("input", () => (close(), measure()));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form?.requestSubmit();
  });
  measure();
  return element;

  function measure() {
    const length = [...field.value.trim()].length;
    const share = length / limit;
    count.textContent = share < COUNTED_FROM ? "" : words.counter(length, limit);
    count.classList.toggle("over", share > 1);
    // Said at every tenth only: each letter would be too much to listen to.
    const step = String(Math.floor(share * 10));
    if (heard.dataset.step !== step) heard.textContent = count.textContent;
    heard.dataset.step = step;
  }

  function close() {
    shown.hidden = true;
    preview.ariaExpanded = "false";
  }

  async function showPreview() {
    if (!shown.hidden) return close();
    shown.hidden = false;
    preview.ariaExpanded = "true";
    const text = field.value.trim();
    if (!text) return shown.replaceChildren(words.missing.text);
    shown.replaceChildren(words.previewing);
    const nodes = await write("preview", { site, text }, {}).then(
      ({ content }) => contentNodes(content),
      (problem) => [said(problem)],
    );
    shown.replaceChildren(...nodes);
  }
}

/** One stop for the Tab key; arrows, Home and End go on from there (the toolbar pattern of ARIA). @param {HTMLElement} bar @param {HTMLElement[]} stops */
function walkable(bar, stops) {
  const stop = (/** @type {HTMLElement} */ at) => stops.forEach((each) => (each.tabIndex = each === at ? 0 : -1));
  stop(stops[0]);
  bar.addEventListener("focusin", (event) => stop(/** @type {HTMLElement} */ (event.target)));
  bar.addEventListener("keydown", (event) => {
    const at = stops.indexOf(/** @type {HTMLElement} */ (event.target));
    const onward = bar.matches(":dir(rtl)") ? -1 : 1;
    /** @type {Record<string, number>} */
    const places = { ArrowRight: at + onward, ArrowLeft: at - onward, Home: 0, End: stops.length - 1 };
    if (at < 0 || !(event.key in places)) return;
    event.preventDefault();
    stops[(places[event.key] + stops.length) % stops.length].focus();
  });
}

/**
 * Puts a text in the place of a part of the field and selects some of it. As if typed: the browser's undo knows it.
 * @param {HTMLTextAreaElement} field
 * @param {number} start @param {number} end of what is replaced
 * @param {string} text
 * @param {number} from @param {number} to of what is selected then, counted from `start`
 */
function put(field, start, end, text, from, to) {
  field.focus();
  field.setSelectionRange(start, end);
  // Obsolete in name, but the only way that keeps the undo of the browser.
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  field.setSelectionRange(start + from, start + to);
}

/** Marks what is selected, or takes the mark away again. @param {HTMLTextAreaElement} field @param {string} mark */
function wrap(field, mark) {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const chosen = value.slice(start, end);
  // A blank inside a mark would make it text.
  const [, before, inner, after] = /** @type {RegExpMatchArray} */ (chosen.match(/^(\s*)([^]*?)(\s*)$/));
  // What is bold has two of the marks that one of makes italic.
  const around = mark === "*" ? /(^|[^*])(\*|\*{3})$/.test(value.slice(0, start)) : value.slice(0, start).endsWith(mark);
  const isMarked = around && value.startsWith(mark, end);
  if (isMarked && inner) return put(field, start - mark.length, end + mark.length, chosen, 0, chosen.length);
  const from = before.length + mark.length;
  put(field, start, end, before + mark + inner + mark + after, from, from + inner.length);
}

/** Every line that is touched. @param {HTMLTextAreaElement} field */
function quote(field) {
  const { value, selectionStart, selectionEnd } = field;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const next = value.indexOf("\n", selectionEnd);
  const end = next < 0 ? value.length : next;
  const lines = value.slice(start, end).split("\n");
  const isQuoted = lines.every((line) => line.startsWith("> "));
  const text = lines.map((line) => (isQuoted ? line.slice(2) : `> ${line}`)).join("\n");
  put(field, start, end, text, lines.length > 1 ? 0 : text.length, text.length);
}

/** @param {HTMLTextAreaElement} field */
function code(field) {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const chosen = value.slice(start, end);
  if (!chosen.includes("\n")) return wrap(field, "`");
  put(field, start, end, `\`\`\`\n${chosen}\n\`\`\``, 4, 4 + chosen.length);
}

/** What is selected is an address, or the words for one. @param {HTMLTextAreaElement} field */
function linked(field) {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const chosen = value.slice(start, end).trim();
  if (/^https?:\/\/\S+$/.test(chosen)) return put(field, start, end, `[](${chosen})`, 1, 1);
  put(field, start, end, `[${chosen}](https://)`, chosen ? chosen.length + 3 : 1, chosen ? chosen.length + 11 : 1);
}
