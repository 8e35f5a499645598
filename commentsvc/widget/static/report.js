// The dialog that tells the moderators of a comment.

import { write } from "./api.js";
import { nameOf } from "./comment.js";
import { button, emit, make, theirs } from "./dom.js";
import { dress, said } from "./saying.js";
import { words } from "./words.js";

/** As the service knows them. */
const REASONS = ["abuse", "spam", "hate", "off_topic", "misinformation", "private_data", "illegal", "other"];
const DETAILS_LENGTH = 500;

/** @param {import("./actions.js").House} house @param {import("./list.js").Entry} entry @param {HTMLElement} opener */
export function report(house, entry, opener) {
  if (opener.ariaDisabled === "true") return;
  const { id } = entry.comment;
  const trouble = make("div", { class: "trouble", role: "alert", tabindex: "-1" });
  const details = theirs("textarea", { id: "report-details", rows: "3", maxlength: DETAILS_LENGTH });
  const send = make("button", { type: "submit", part: "button", class: "main" }, words.sendReport);
  const close = () => dialog.close();
  const form = make(
    "form",
    { onsubmit: (/** @type {Event} */ event) => (event.preventDefault(), submit()) },
    make("h3", { id: "report-title", part: "heading" }, words.reportOf(nameOf(entry.comment))),
    trouble,
    make("fieldset", {}, make("legend", {}, words.reportWhy), ...REASONS.map(choice)),
    make("div", { class: "field" }, make("label", { for: details.id }, words.reportDetails), details),
    make("p", { class: "buttons" }, send, button(words.cancel, close, { class: "quiet" })),
  );
  const dialog = make("dialog", { "aria-labelledby": "report-title", part: "form", onclose: () => (dialog.remove(), opener.focus()) }, form);
  /** @type {HTMLElement} */ (opener.closest("section") ?? entry.article).append(dialog);
  dress(dialog);
  dialog.showModal();

  async function submit() {
    const reason = form.querySelector("input:checked")?.value;
    if (send.ariaDisabled === "true") return;
    if (!reason) return alarm(words.reportNoReason);
    send.ariaDisabled = "true";
    try {
      await write(`comments/${id}/flags`, { reason, details: details.value }, {});
    } catch (problem) {
      send.ariaDisabled = "false";
      return alarm(`${said(problem)} ${words.textKept}`);
    }
    thank();
  }

  /** @param {string} text */
  function alarm(text) {
    trouble.replaceChildren(make("p", {}, text));
    trouble.focus();
  }

  function thank() {
    house.memory.mark("flagged", id, true);
    opener.textContent = words.reported;
    opener.ariaDisabled = "true";
    const done = button(words.close, close, { class: "main" });
    const title = make("h3", { id: "report-title" }, words.reportThanks);
    form.replaceChildren(title, make("p", {}, words.reportNext), make("p", { class: "buttons" }, done));
    done.focus();
    emit(house.element, "flagged", { story: house.storyId, comment: id });
  }
}

/** @param {string} reason */
function choice(reason) {
  return make("label", {}, make("input", { type: "radio", name: "reason", value: reason }), words.reportReasons[reason]);
}
