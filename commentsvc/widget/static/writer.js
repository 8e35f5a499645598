// What a thread needs once somebody may write: its forms, and what becomes of what they send.

import { addressOf, onlyProblems, read, storyOf, write } from "./api.js";
import { nameOf } from "./comment.js";
import { button, emit, make } from "./dom.js";
import { Draft } from "./draft.js";
import { CommentForm, lost } from "./form.js";
import { focusOn } from "./list.js";
import { words } from "./words.js";

/**
 * @typedef {import("./comment.js").Comment} Comment
 * @typedef {import("./list.js").Entry} Entry
 */

/** The longest title the service takes; a page's may be longer. */
const TITLE_LENGTH = 300;

export class Writer {
  #house;
  /** @type {CommentForm|null} for new comments */
  #form = null;
  /**
   * The open reply form: under which comment, and which button opened it.
   * @type {{id: string, form: CommentForm, opener: HTMLElement}|null}
   */
  #reply = null;

  /** @param {() => import("./actions.js").House} house the thread as it is now */
  constructor(house) {
    this.#house = house;
    if (location.hash.startsWith("#commentsvc-known=")) this.#beKnown();
  }

  /** The reader comes from the page that confirmed their address. */
  async #beKnown() {
    const loaded = await import("./known.js").catch(() => null);
    loaded?.know(this.#house());
  }

  /** @returns {HTMLElement} the form for new comments */
  newForm() {
    const { form } = this.#house();
    const isShut = form.guests === false && !this.#signsOn;
    if (isShut && !form.login) return this.#way();
    this.#form = this.#make("new", null);
    this.#form.element.hidden = isShut;
    return this.#form.element;
  }

  /** What stands where the form would be until the publisher's page says who is reading. */
  #way() {
    return make("p", {}, button(words.signIn, () => this.#askToSignIn()));
  }

  #askToSignIn() {
    const { element, storyId } = this.#house();
    emit(element, "login-required", { story: storyId });
  }

  get #signsOn() {
    const element = /** @type {any} */ (this.#house().element);
    return !!(element.getToken || element.getAttribute("token"));
  }

  /** Who the publisher, or the site's provider, says is writing; null: nobody. @param {CommentForm} [form] is arranged for them */
  async #session(form) {
    const house = this.#house();
    const loading = this.#signsOn ? import("./signon.js") : house.form.login && import("./login.js");
    return loading && (await loading.catch(lost)).session(house, form);
  }

  /** @param {Entry} entry @param {HTMLElement} opener */
  openReply({ comment }, opener) {
    if (this.#reply?.id !== comment.id && !this.#reply?.form.isSending) {
      this.#reply?.form.element.remove();
      this.#reply = { id: comment.id, form: this.#make(`reply-${comment.id}`, comment), opener };
      this.placeReply();
    }
    this.#reply?.form.focus();
  }

  /** Under its comment; if that is not on the page now, above the form for new comments: nobody loses a text over it. */
  placeReply() {
    if (!this.#reply) return;
    const { id, form } = this.#reply;
    const { find, formPlace } = this.#house();
    (find(id)?.replies ?? formPlace).before(form.element);
  }

  /** Was it let through meanwhile? No answer means: it still waits. @param {string} id of a comment of the reader's */
  async askAbout(id) {
    const { story } = this.#house();
    const answer = await read(`comments/${encodeURIComponent(id)}`).catch(onlyProblems);
    const house = this.#house();
    if (house.story !== story) return;
    if (!answer) return (await import("./acts.js")).followUp(house, id).catch(onlyProblems);
    house.memory.settle(id);
    house.list.replace(answer.comment);
    this.placeReply();
  }

  /** @param {string} id @param {Comment|null} parent @returns {CommentForm} */
  #make(id, parent) {
    const { element, site, story, form, memory } = this.#house();
    // Kept from now on: the page may turn to another story before this is sent, and it belongs to this one.
    const about = { ...storyOf(element), url: addressOf(element) };
    const made = new CommentForm({
      id,
      site,
      rules: form,
      answering: parent ? nameOf(parent) : undefined,
      memory,
      draft: new Draft(site, story, parent?.id ?? null),
      send: (values, how) => this.#send(about, story, values, how, parent),
      cancel: parent ? () => this.#closeReply() : undefined,
    });
    this.#session(made).then((who) => who && made.signOn(who.name), onlyProblems).finally(() => (made.element.hidden = false));
    return made;
  }

  #closeReply() {
    this.#reply?.form.element.remove();
    // The thread may have been drawn anew since: then the button is gone and the comment's heading is next to it.
    focusOn(this.#house().find(this.#reply?.id ?? ""));
    this.#reply?.opener.focus();
    this.#reply = null;
  }

  /**
   * @param {Record<string, any>} about which story, as the service wants to hear it
   * @param {string} story as the tag names it
   * @param {Record<string, any>} values
   * @param {{key: string, remember: boolean}} how
   * @param {Comment|null} parent
   */
  async #send(about, story, values, { key, remember }, parent) {
    const { element, memory, say, story: shown } = this.#house();
    say(words.sending);
    const token = (await this.#session().catch(onlyProblems))?.token ?? memory.tokenFor(values.email);
    const headers = { "Idempotency-Key": key, ...(token && { Authorization: `Bearer ${token}` }) };
    // With the address and the title, the first comment can make a story known that is named by its id.
    const title = shown === story ? titleOf(element) : undefined;
    const body = { ...about, title, parent: parent?.id, ...values };
    const answer = await write("comments", body, headers)
      .catch((problem) => {
        if (problem.code === "login_required") this.#askToSignIn();
        throw problem;
      })
      .finally(() => say(""));
    keep(memory, story, answer, values, remember);
    if (this.#house().story !== story) return;
    if (parent) this.#closeReply();
    this.#showOwn(answer);
  }

  /** @param {any} answer of POST /comments */
  #showOwn({ comment, reasons }) {
    const { element, list, newestFirst, say, storyId, count } = this.#house();
    const approved = comment.status === "approved";
    list.insert(comment, { newestFirst, waiting: approved ? undefined : reasons });
    this.#form?.fillIn();
    focusOn(list.find(comment.id));
    say(approved ? words.posted : words.held);
    emit(element, approved ? "posted" : "held", { story: storyId, comment: comment.id });
    if (approved) count(1);
  }
}

/** @param {Element} element */
function titleOf(element) {
  return [...(element.getAttribute("title") ?? document.title)].slice(0, TITLE_LENGTH).join("");
}

/**
 * @param {import("./memory.js").Memory} memory @param {string} story
 * @param {any} answer of POST /comments @param {Record<string, any>} values @param {boolean} remember
 */
function keep(memory, story, { comment, receipt, reasons }, { name, email, website }, remember) {
  const waiting = comment.status === "approved" ? undefined : { comment, reasons };
  memory.keep(email ? { name, email, website } : memory.person, { ...receipt, id: comment.id, email, story, waiting }, remember);
}
