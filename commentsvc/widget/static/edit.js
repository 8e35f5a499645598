// The editor of one's own comment, in its place.

import { shown } from "./acts.js";
import { write } from "./api.js";
import { waitingNote } from "./comment.js";
import { contentNodes } from "./content.js";
import { button, emit, make, theirs } from "./dom.js";
import { Draft } from "./draft.js";
import { complain, countdown, dress, said } from "./saying.js";
import { tools } from "./tools.js";
import { words } from "./words.js";

/** @param {import("./actions.js").House} house @param {import("./list.js").Entry} entry @param {HTMLElement} opener */
export async function edit(house, entry, opener) {
  const { id } = entry.comment;
  const own = /** @type {HTMLElement} */ (entry.article.querySelector(".own"));
  const headers = shown(house, id);
  opener.ariaBusy = "true";
  const opened = await write(`comments/${id}/editor`, {}, headers).catch((problem) => complain(entry, said(problem)));
  opener.ariaBusy = "false";
  if (!opened) return;
  house.memory.update(id, { editable_until: opened.editable_until });

  const limit = house.form.limits.text;
  const trouble = make("div", { class: "trouble", part: "error", role: "alert", tabindex: "-1" });
  const field = theirs("textarea", { id: `edit-${id}`, rows: "6", required: true, oninput: () => draft.save(field.value), "aria-describedby": `until-${id}` });
  // The thread may be drawn anew while somebody writes.
  const draft = new Draft(house.site, house.story, `edit-${id}`);
  field.value = draft.text || opened.text;
  const save = make("button", { type: "submit", part: "button", class: "main" }, words.saveEdit);
  const form = make(
    "form",
    { part: "form", novalidate: true, onsubmit: submit },
    trouble,
    make("div", { class: "field text", part: "field" }, make("label", { for: field.id }, words.editLabel), field),
    tools({ field, limit, site: house.site }),
    make("p", { class: "muted", id: `until-${id}` }, words.editableUntil(opened.editable_until)),
    make("p", { class: "buttons" }, save, button(words.cancel, () => leave(opener), { class: "quiet" })),
  );
  dress(own);
  own.classList.add("editing");
  own.append(form);
  field.focus();

  /** @param {HTMLElement} next what gets the focus */
  function leave(next) {
    draft.clear();
    form.remove();
    own.classList.remove("editing");
    next.focus();
  }

  /** @param {...(string|Node)} nodes */
  function alarm(...nodes) {
    trouble.replaceChildren(make("p", {}, ...nodes));
    trouble.focus();
  }

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    const length = [...text].length;
    if (save.ariaDisabled === "true") return;
    if (!text || length > limit) return alarm(text ? words.tooLong(length, limit) : words.missing.text);
    save.ariaDisabled = "true";
    save.textContent = words.sending;
    try {
      show(await write(`comments/${id}`, { text }, headers, { method: "PATCH" }));
    } catch (problem) {
      const wait = /** @type {any} */ (problem).wait;
      alarm(`${said(problem)} `, ...(wait ? [countdown(wait), " "] : []), words.textKept);
    }
    save.ariaDisabled = "false";
    save.textContent = words.saveEdit;
  }

  /** The words change where they are: its replies and its place stay. @param {any} answer */
  function show({ comment, reasons }) {
    const isWaiting = comment.status !== "approved";
    const wasWaiting = !!house.memory.receipt(id)?.waiting;
    Object.assign(entry.comment, { content: comment.content, edited_at: comment.edited_at });
    own.querySelector(".body")?.replaceChildren(...contentNodes(comment.content));
    own.querySelector(".waiting")?.remove();
    if (isWaiting) own.querySelector(".body")?.before(waitingNote(reasons));
    if (comment.edited_at && !own.querySelector(".edited")) {
      own.querySelector("header")?.append(make("span", { class: "muted edited", title: words.fullDate(comment.edited_at) }, words.edited));
    }
    house.memory.update(id, { waiting: isWaiting ? { comment, reasons } : undefined });
    if (isWaiting !== wasWaiting) house.count(isWaiting ? -1 : 1);
    leave(/** @type {HTMLElement} */ (own.querySelector("h3")));
    house.say(isWaiting ? words.editHeld : words.editDone);
    emit(house.element, "edited", { story: house.storyId, comment: id });
  }
}
