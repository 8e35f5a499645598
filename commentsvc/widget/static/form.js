// The form under a story or under a comment. It checks, sends, says what is wrong, and never loses a word.

import { Problem } from "./api.js";
import { button, make, theirs, webAddress } from "./dom.js";
import { countdown, dress, said, saidOf } from "./saying.js";
import { words } from "./words.js";

const FIELDS = ["text", "name", "email", "website"];
/** Out of sight, of reach and of autofill: only machines fill it in. */
const HIDDEN = { "aria-hidden": "true", tabindex: "-1", autocomplete: "off" };
/** A week, in seconds: the service believes no longer time. */
const LONGEST_ELAPSED = 604_800;
const INPUTS = {
  name: { type: "text", autocomplete: "name" },
  email: { type: "email", autocomplete: "email" },
  website: { type: "url", autocomplete: "url" },
};

/**
 * @typedef {object} Rules what the service wants from the form
 * @property {"open"|"held"|"closed"} state
 * @property {string[]} required
 * @property {Record<string, number>} limits in characters as people count them (code points)
 * @property {string[]} [notify] what a writer may ask to get mail about; none where no mail is sent
 * @property {string|null} [challenge] what a comment must come with
 * @property {string} honeypot name of the field only machines fill in
 *
 * @typedef {object} Purpose what this form is for
 * @property {string} id prefix of the ids in it, unique in the thread
 * @property {string} site
 * @property {Rules} rules
 * @property {string} [answering] the name of the writer it replies to
 * @property {import("./memory.js").Memory} memory
 * @property {import("./memory.js").Draft} draft
 * @property {(values: Record<string, any>, how: {key: string, remember: boolean}) => Promise<void>} send throws a Problem
 * @property {() => void} [cancel]
 */

export class CommentForm {
  /** @type {Record<string, any>} */
  #fields = {};
  /** @type {Record<string, HTMLElement>} */
  #messages = {};
  #trouble = make("div", { class: "trouble", part: "error", role: "alert", tabindex: "-1" });
  #shownAt = performance.now();
  #sending = false;
  #hasTools = false;
  #purpose;
  #save;
  #trap;
  #notify;
  #submit;
  /** Where a text comes from that the writer finds in the field. */
  #kept;
  /** What the publisher calls who writes. */
  #signedOn = "";

  /** @param {Purpose} purpose */
  constructor(purpose) {
    this.#purpose = purpose;
    this.#save = make("input", { type: "checkbox", id: this.#id("save"), onchange: () => this.#rememberOrForget() });
    this.#save.checked = purpose.memory.remembered;
    this.#trap = make("input", { class: "trap unseen", name: purpose.rules.honeypot, ...HIDDEN });
    this.#notify = this.#mailChoice(purpose.rules.notify ?? []);
    this.#submit = make("button", { type: "submit", part: "button", class: "main" }, words.post);
    this.#kept = make("p", { class: "muted" }, purpose.draft.text && words.textKept);
    this.element = this.#draw();
    this.#fields.text.value = purpose.draft.text;
    // In its place by then, and before anybody sees or measures it.
    queueMicrotask(() => dress(this.element));
    this.fillIn();
  }

  /** Until it is known what became of it, it has to stay. */
  get isSending() {
    return this.#sending;
  }

  /** The publisher says who writes: nobody has to type it. @param {string} name */
  signOn(name) {
    this.#signedOn = name;
    this.element.querySelector(".person")?.replaceWith(make("p", { class: "muted" }, make("bdi", {}, name)));
    for (const each of [this.#save, this.#notify]) each && each.parentElement.remove();
  }

  focus() {
    this.#fields.text.focus();
  }

  /** Name, email and website of the last time, where nothing is typed yet. */
  fillIn() {
    for (const [name, value] of Object.entries(this.#purpose.memory.person)) this.#fields[name].value ||= value;
    this.#save.checked = this.#purpose.memory.remembered;
  }

  #draw() {
    const { cancel, draft } = this.#purpose;
    const described = { "aria-labelledby": this.#id("title"), "aria-describedby": this.#id("note") };
    const onsubmit = (/** @type {Event} */ event) => this.#onSubmit(event);
    const writes = { oninput: () => draft.save(this.#fields.text.value), onfocus: () => this.#addTools() };
    const person = Object.entries(INPUTS).map(([name, about]) => this.#field(name, "input", about));
    return make(
      "form",
      { part: "form", novalidate: true, onsubmit, ...described },
      make("h3", { id: this.#id("title"), part: "heading" }, ...this.#title()),
      ...this.#notes(),
      this.#trouble,
      this.#kept,
      this.#field("text", "textarea", { rows: "6", ...writes }),
      make("div", { class: "person" }, ...person),
      this.#notify && this.#mailField(this.#notify),
      this.#trap,
      make("p", { class: "save" }, this.#save, make("label", { for: this.#id("save") }, words.save)),
      make("p", { class: "buttons" }, this.#submit, cancel && button(words.cancel, () => this.#sending || cancel(), { class: "quiet" })),
    );
  }

  /** Loaded when somebody begins to write, and not at any press: a button that moves meanwhile is not pressed. */
  async #addTools() {
    if (this.#hasTools) return;
    this.#hasTools = true;
    const { rules, site } = this.#purpose;
    const field = this.#fields.text;
    const loaded = await import("./tools.js").catch(() => (this.#hasTools = false));
    if (loaded) field.after(loaded.tools({ field, limit: rules.limits.text, site }));
  }

  #title() {
    const { answering } = this.#purpose;
    return answering ? [words.replyToName, " ", make("bdi", {}, answering)] : [words.leaveComment];
  }

  #notes() {
    return [
      make("p", { class: "muted", id: this.#id("note") }, words.emailNote, " ", words.requiredNote),
      this.#purpose.rules.state === "held" && make("p", { class: "muted" }, words.heldNote),
    ].filter((note) => note);
  }

  /** @param {string} name @param {string} tag @param {Record<string, any>} about */
  #field(name, tag, about) {
    const id = this.#id(name);
    const required = this.#purpose.rules.required.includes(name);
    this.#messages[name] = make("p", { class: "message", part: "error", id: `${id}-message` });
    this.#fields[name] = theirs(tag, { id, name, required, "aria-describedby": `${id}-message`, ...about });
    const label = make("label", { for: id }, words.fields[name], required && " *");
    return make("div", { class: `field ${name}`, part: "field" }, label, this.#fields[name], this.#messages[name]);
  }

  /** @param {string[]} offered */
  #mailChoice(offered) {
    const options = offered.map((value) => make("option", { value }, words.notify[value] ?? value));
    return options.length > 0 && make("select", { id: this.#id("notify"), name: "notify", "aria-describedby": this.#id("notify-hint") }, ...options);
  }

  /** @param {HTMLElement} choice */
  #mailField(choice) {
    const label = make("label", { for: choice.id }, words.notifyMe);
    return make("div", { class: "field", part: "field" }, label, choice, make("p", { class: "muted", id: this.#id("notify-hint") }, words.notifyNote));
  }

  /** @param {string} name */
  #id(name) {
    return `${this.#purpose.id}-${name}`;
  }

  #rememberOrForget() {
    if (!this.#save.checked) this.#purpose.memory.forget();
  }

  /** @param {Event} event */
  async #onSubmit(event) {
    event.preventDefault();
    if (this.#sending) return;
    const values = this.#values();
    const wrong = faults(values, this.#purpose.rules);
    this.#show(wrong);
    if (Object.keys(wrong).length) return;
    this.#busy(true);
    await this.#send(this.#filled(values));
    this.#busy(false);
  }

  /** @param {Record<string, any>} values */
  async #send(values) {
    const shown = this.#onItsWay(values);
    try {
      await this.#deliver(values, !!this.#purpose.rules.challenge);
      this.#done(values.text);
    } catch (problem) {
      this.#explain(problem);
    } finally {
      shown.remove();
    }
  }

  /** A challenge that became necessary meanwhile, or was too old, is asked for once without a word. @param {Record<string, any>} values @param {boolean} calculates @param {boolean} [again] */
  async #deliver(values, calculates, again = false) {
    const { site, send, draft } = this.#purpose;
    try {
      const work = calculates && { challenge: await (await import("./proof.js").catch(lost)).proof(site) };
      await send({ ...values, ...work }, { key: draft.key, remember: this.#save.checked });
    } catch (problem) {
      if (again || !(problem instanceof Problem) || !problem.code.startsWith("challenge_")) throw problem;
      await this.#deliver(values, true, true);
    }
  }

  /** The comment where it will be, until the service has it. @param {Record<string, any>} values */
  #onItsWay({ name = this.#signedOn, text }) {
    const about = make("p", { class: "muted" }, make("bdi", {}, name), " · ", words.sending);
    const shown = make("div", { class: "sending", part: "comment" }, about, theirs("div", { class: "body" }, text));
    this.element.before(shown);
    dress(shown);
    return shown;
  }

  #values() {
    const asked = this.#signedOn ? ["text"] : FIELDS;
    const values = Object.fromEntries(asked.map((name) => [name, this.#fields[name].value.trim()]));
    if (values.website && !values.website.includes(":")) values.website = `https://${values.website}`;
    return values;
  }

  /** What goes to the service: fields left empty are left out. @param {Record<string, string>} values */
  #filled(values) {
    const { honeypot } = this.#purpose.rules;
    const filled = Object.fromEntries(Object.entries(values).filter(([, value]) => value));
    const elapsed = Math.min(LONGEST_ELAPSED, Math.round((performance.now() - this.#shownAt) / 1000));
    const notify = this.#notify && { notify: this.#notify.value };
    return { ...filled, ...notify, elapsed, ...(honeypot && { [honeypot]: this.#trap.value }) };
  }

  /** Whatever was typed while it was on its way stays, as another comment. @param {string} sent */
  #done(sent) {
    if (this.#fields.text.value.trim() === sent) {
      this.#purpose.draft.clear();
      this.#kept.remove();
      this.#fields.text.value = "";
    } else {
      this.#purpose.draft.renewKey();
    }
    this.#shownAt = performance.now();
  }

  /** @param {boolean} sending */
  #busy(sending) {
    this.#sending = sending;
    this.#submit.textContent = sending ? words.sending : words.post;
    // Not `disabled`: that would throw the focus away.
    this.#submit.setAttribute("aria-disabled", String(sending));
  }

  /** @param {unknown} problem */
  #explain(problem) {
    if (!(problem instanceof Problem)) throw problem;
    const fields = Object.entries(problem.fields).filter(([name]) => name !== "challenge");
    if (fields.length) return this.#show(Object.fromEntries(fields.map(([name, told]) => [name, saidOf(name, told)])));
    let told = said(problem);
    // The answer to the first try was lost, the text changed since: what is here now is another comment.
    if (problem.code === "idempotency_conflict") {
      this.#purpose.draft.renewKey();
      told = words.earlierArrived;
    }
    const wait = problem.wait ? [" ", countdown(problem.wait)] : [];
    const again = make("button", { type: "submit", part: "button" }, words.tryAgain);
    this.#alert(make("p", {}, told, ...wait, " ", words.textKept), again);
  }

  /** Messages under the fields and a summary that leads to them; none takes both away. @param {Record<string, string[]>} wrong */
  #show(wrong) {
    for (const name of FIELDS) this.#mark(name, (wrong[name] ?? []).join(" "));
    const lines = Object.entries(wrong).map(([name, messages]) => make("li", {}, this.#pointer(name, messages.join(" "))));
    if (lines.length) this.#alert(make("p", {}, words.checkFields), make("ul", {}, ...lines));
    else this.#trouble.replaceChildren();
  }

  /** @param {string} name @param {string} message */
  #mark(name, message) {
    this.#messages[name].textContent = message;
    this.#fields[name].setAttribute("aria-invalid", String(message !== ""));
  }

  /** @param {string} name @param {string} message */
  #pointer(name, message) {
    const field = this.#fields[name];
    if (!field) return message;
    const go = (/** @type {Event} */ event) => (event.preventDefault(), field.focus());
    return make("a", { href: `#${field.id}`, onclick: go }, message);
  }

  /** @param {...Node} nodes */
  #alert(...nodes) {
    this.#trouble.replaceChildren(...nodes);
    this.#trouble.focus();
  }
}

/** @returns {never} */
export function lost() {
  throw new Problem(0);
}

/**
 * What is wrong, by field, as far as the browser can tell; the service has the last word.
 * @param {Record<string, string>} values
 * @param {Rules} rules
 * @returns {Record<string, string[]>}
 */
function faults(values, rules) {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const [name, value] of Object.entries(values)) {
    const fault = value ? malformed(name, value, rules.limits[name]) : rules.required.includes(name) && words.missing[name];
    if (fault) found[name] = [fault];
  }
  return found;
}

/** @param {string} name @param {string} value @param {number} limit */
function malformed(name, value, limit) {
  const length = [...value].length;
  if (length > limit) return words.tooLong(length, limit);
  if (name === "email" && !/^[^\s@]+@[^\s@]+$/.test(value)) return words.badEmail;
  return name === "website" && !webAddress(value) ? words.badWebsite : "";
}
