// <comment-thread>: the comments of a story and the form under them.

import { actionsOf } from "./actions.js";
import { Problem, addressOf, read, storyOf, write } from "./api.js";
import { nameOf } from "./comment.js";
import { button, emit, make } from "./dom.js";
import { CommentForm } from "./form.js";
import { CommentList } from "./list.js";
import { Draft, Memory } from "./memory.js";
import { threadSheets } from "./style.js";
import { locale, words } from "./words.js";

/**
 * @typedef {import("./comment.js").Comment} Comment
 * @typedef {import("./list.js").Entry} Entry
 */

/** The longest title the service takes; a page's may be longer. */
const TITLE_LENGTH = 300;

/** How near the reader must come before a `lazy` thread is fetched. */
const NEAR = "800px";

export class CommentThread extends HTMLElement {
  static observedAttributes = ["site", "story", "url", "sort"];

  #root = this.attachShadow({ mode: "open" });
  #status = make("p", { class: "status", role: "status", part: "status" });
  /** Number of the latest fetch of the thread; older answers are not drawn. */
  #turn = 0;
  /** @type {any} the last answer of the service for this thread */
  #page = null;
  #sort = "";
  /** @type {string|null} */
  #cursor = null;
  #count = 0;
  /** @type {HTMLElement|null} */
  #section = null;
  /** @type {CommentForm|null} */
  #form = null;
  /**
   * The open reply form: under which comment, and which button opened it.
   * @type {{id: string, form: CommentForm, opener: HTMLElement}|null}
   */
  #reply = null;
  #memory = new Memory("");
  #list = new CommentList({ reply: null, moreReplies: () => {} });
  #heading = make("h2", { id: "heading", part: "heading", tabindex: "-1" });
  #select = make("select", { id: "sort", onchange: () => this.#resort() }, ...sortOptions());
  #more = button(words.loadMore, () => this.#loadMore());
  #retry = button(words.tryAgain, () => this.refresh(), { hidden: true });
  #formPlace = make("div");
  #followHash = () => this.#goToLinked();

  connectedCallback() {
    window.addEventListener("hashchange", this.#followHash);
    // Moved within the page: all is drawn already.
    if (!this.#section) this.#begin();
  }

  disconnectedCallback() {
    window.removeEventListener("hashchange", this.#followHash);
  }

  /** @param {string} _name @param {string|null} before @param {string|null} after */
  attributeChangedCallback(_name, before, after) {
    if (this.#section && before !== after) this.#begin();
  }

  /** Fetches the thread again; what somebody is typing stays. @returns {Promise<void>} */
  async refresh() {
    const turn = ++this.#turn;
    this.#say(words.loading);
    const page = await this.#read("thread", { ...storyOf(this), sort: this.#sort }, words.notLoaded);
    if (page && turn === this.#turn) this.#draw(page);
  }

  /** Shows a comment, moves the focus to it and marks it. @param {string} id @returns {Promise<void>} */
  async goTo(id) {
    if (!this.#list.find(id)) await this.#fetchChain(id);
    const entry = this.#list.find(id);
    if (entry) this.#spotlight(entry.article);
    else this.#status.scrollIntoView({ block: "center" }); // what was said about it may be far above
  }

  #begin() {
    this.#section = this.#form = this.#reply = null;
    this.#sort = this.getAttribute("sort") ?? "oldest";
    this.#memory = new Memory(this.getAttribute("site") ?? "");
    this.#root.adoptedStyleSheets = threadSheets;
    this.#root.replaceChildren(this.#status, this.#retry, make("slot"));
    if (this.hasAttribute("lazy") && !linkedId()) this.#refreshWhenNear();
    else this.refresh();
  }

  #refreshWhenNear() {
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watcher.disconnect();
        this.refresh();
      },
      { rootMargin: NEAR },
    );
    watcher.observe(this);
  }

  /** @param {any} page the answer of GET /thread */
  #draw(page) {
    const focused = this.#root.activeElement;
    const first = !this.#section;
    this.#page = page;
    this.#drawFrame();
    this.#drawComments(page.comments);
    this.#drawForm();
    this.#showCount(page.story.comment_count);
    this.#showMore(page.next_cursor);
    this.#say("");
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
    emit(this, first ? "ready" : "count", { story: page.story.id, count: this.#count });
    if (first) this.#goToLinked();
  }

  /** The first time, everything there is takes the place of the fallback; the status stays where it is. */
  #drawFrame() {
    if (this.#section) return;
    const label = make("label", { for: "sort" }, words.sortBy);
    const toolbar = make("div", { class: "toolbar", part: "toolbar" }, label, this.#select);
    this.#section = make(
      "section",
      { lang: locale, "aria-labelledby": "heading" },
      make("div", { class: "top" }, this.#heading, toolbar),
      this.#list.element,
      make("p", { class: "more" }, this.#more),
      this.#formPlace,
    );
    this.#root.replaceChildren(this.#status, this.#retry, /** @type {HTMLElement} */ (this.#section));
  }

  /** @param {Comment[]} comments */
  #drawComments(comments) {
    const list = new CommentList({
      reply: this.#page.form.state === "closed" ? null : (entry, opener) => this.#openReply(entry, opener),
      moreReplies: (entry, opener) => this.#loadReplies(entry, opener),
      actions: (entry) => actionsOf(entry, this.#house),
    });
    this.#list.element.replaceWith(list.element);
    this.#list = list;
    this.#select.value = this.#sort;
    list.append(comments);
    this.#showWaiting();
    this.#placeReply();
  }

  #drawForm() {
    if (this.#page.form.state === "closed") {
      this.#form = null;
      this.#formPlace.replaceChildren(make("p", { class: "muted" }, closedNote(this.#page.form.opens_at)));
    } else if (!this.#form) {
      this.#form = this.#newForm("new", null);
      this.#formPlace.replaceChildren(this.#form.element);
    }
  }

  /** @param {number} count */
  #showCount(count) {
    this.#count = count;
    this.#heading.textContent = words.comments(count);
    /** @type {HTMLElement} */ (this.#select.parentElement).hidden = count < 2;
  }

  /** @param {string|null} cursor */
  #showMore(cursor) {
    this.#cursor = cursor;
    this.#more.hidden = !cursor;
  }

  #resort() {
    this.#sort = this.#select.value;
    this.refresh();
  }

  async #loadMore() {
    const page = await this.#read("thread", { ...storyOf(this), sort: this.#sort, cursor: this.#cursor }, words.notLoadedMore);
    if (!page) return this.#showFailure(this.#more);
    this.#list.append(page.comments);
    this.#more.parentElement?.querySelector(".failed")?.remove();
    this.#showMore(page.next_cursor);
    this.#arrived(page.comments);
  }

  /** @param {Entry} entry @param {HTMLElement} opener */
  async #loadReplies(entry, opener) {
    const { id, replies_cursor: cursor } = entry.comment;
    const page = await this.#read(`comments/${id}/replies`, { cursor }, words.notLoadedMore);
    if (!page) return this.#showFailure(opener);
    this.#list.append(page.comments, entry);
    entry.comment.replies_cursor = page.next_cursor;
    opener.parentElement?.querySelector(":scope > .failed")?.remove();
    if (!page.next_cursor) opener.remove();
    this.#arrived(page.comments);
  }

  /** More was loaded: on with the first of it. @param {Comment[]} comments */
  #arrived(comments) {
    this.#placeReply();
    this.#say("");
    focusOn(this.#list.find(comments[0]?.id));
  }

  /** @param {string} id */
  async #fetchChain(id) {
    const answer = await this.#read(`comments/${encodeURIComponent(id)}`, {}, words.gone);
    if (!answer) return;
    // A page may have several threads: the comment may be another one's.
    const { url } = this.#page.story;
    if (url && !answer.comment.url.startsWith(`${url}#`)) this.#say(words.gone);
    else this.#list.showChain([...answer.ancestors, answer.comment]);
  }

  #goToLinked() {
    const id = linkedId();
    if (id && this.#section) this.goTo(id);
  }

  /** @param {HTMLElement} article */
  #spotlight(article) {
    this.#root.querySelector(".target")?.classList.remove("target");
    article.classList.add("target");
    article.scrollIntoView({ block: "start" });
    article.querySelector("h3")?.focus({ preventScroll: true });
  }

  // Writing

  /** What the modules for writers are told. @returns {import("./actions.js").House} */
  get #house() {
    return {
      element: this,
      site: this.getAttribute("site") ?? "",
      storyId: this.#page.story.id,
      form: this.#page.form,
      memory: this.#memory,
      find: (id) => this.#list.find(id),
      say: (text) => this.#say(text),
      count: (change) => this.#countOn(change),
      act: (act, entry, opener) => this.#act(act, entry, opener),
    };
  }

  /** Each kind of act is loaded when it is first done. @param {import("./actions.js").Act} act @param {Entry} entry @param {HTMLElement} opener */
  async #act(act, entry, opener) {
    const loading = act === "edit" ? import("./edit.js") : act === "report" ? import("./report.js") : import("./acts.js");
    /** @type {any} */
    const module = await loading.catch(() => this.#say(words.unreachable));
    module?.[act](this.#house, entry, opener);
  }

  /** @param {number} change */
  #countOn(change) {
    this.#showCount(this.#count + change);
    emit(this, "count", { story: this.#page.story.id, count: this.#count });
  }

  /** @param {string} id @param {Comment|null} parent */
  #newForm(id, parent) {
    const site = this.getAttribute("site") ?? "";
    return new CommentForm({
      id,
      site,
      rules: this.#page.form,
      answering: parent ? nameOf(parent) : undefined,
      memory: this.#memory,
      draft: new Draft(site, this.#storyKey, parent?.id ?? null),
      send: (values, how) => this.#send(values, how, parent),
      cancel: parent ? () => this.#closeReply() : undefined,
    });
  }

  /** @param {Entry} entry @param {HTMLElement} opener */
  #openReply(entry, opener) {
    const { id } = entry.comment;
    if (this.#reply?.id !== id) {
      this.#reply?.form.element.remove();
      this.#reply = { id, form: this.#newForm(`reply-${id}`, entry.comment), opener };
      this.#placeReply();
    }
    this.#reply.form.focus();
  }

  /** Under its comment; if that is not on the page now, above the form for new comments: nobody loses a text over it. */
  #placeReply() {
    if (!this.#reply) return;
    const { id, form } = this.#reply;
    const entry = this.#list.find(id);
    if (entry) entry.replies.before(form.element);
    else this.#formPlace.before(form.element);
  }

  #closeReply() {
    this.#reply?.form.element.remove();
    // The thread may have been drawn anew since: then the button is gone and the comment's heading is next to it.
    focusOn(this.#list.find(this.#reply?.id));
    this.#reply?.opener.focus();
    this.#reply = null;
  }

  /**
   * @param {Record<string, any>} values
   * @param {{key: string, remember: boolean}} how
   * @param {Comment|null} parent
   */
  async #send(values, { key, remember }, parent) {
    this.#say(words.sending);
    const token = this.#memory.tokenFor(values.email);
    const headers = { "Idempotency-Key": key, ...(token && { Authorization: `Bearer ${token}` }) };
    // With the address and the title, the first comment can make a story known that is named by its id.
    const about = { ...storyOf(this), url: addressOf(this), title: this.#title };
    const answer = await write("comments", { ...about, parent: parent?.id, ...values }, headers).finally(() => this.#say(""));
    this.#keep(answer, values, remember);
    if (parent) this.#closeReply();
    this.#showOwn(answer);
  }

  get #title() {
    return [...(this.getAttribute("title") ?? document.title)].slice(0, TITLE_LENGTH).join("");
  }

  /** @param {any} answer of POST /comments @param {Record<string, any>} values @param {boolean} remember */
  #keep({ comment, receipt, reasons }, { name, email, website }, remember) {
    const waiting = comment.status === "approved" ? undefined : { comment, reasons };
    const kept = { ...receipt, id: comment.id, email, story: this.#storyKey, waiting };
    this.#memory.keep({ name, email, website }, kept, remember);
  }

  /** @param {any} answer of POST /comments */
  #showOwn({ comment, reasons }) {
    const approved = comment.status === "approved";
    this.#list.insert(comment, { newestFirst: this.#sort === "newest", waiting: approved ? undefined : reasons });
    this.#form?.fillIn();
    focusOn(this.#list.find(comment.id));
    this.#say(approved ? words.posted : words.held);
    emit(this, approved ? "posted" : "held", { story: this.#page.story.id, comment: comment.id });
    if (approved) this.#countOn(1);
  }

  /** The reader's own comments that wait, among those everybody sees. */
  #showWaiting() {
    for (const { id, waiting } of this.#memory.waiting(this.#storyKey)) {
      if (!waiting) continue;
      if (this.#list.find(id)) {
        this.#memory.settle(id);
        continue;
      }
      this.#list.insert(waiting.comment, { newestFirst: this.#sort === "newest", waiting: waiting.reasons });
      this.#askAbout(id);
    }
  }

  /** Was it let through meanwhile? No answer means: it still waits. @param {string} id */
  async #askAbout(id) {
    const answer = await read(`comments/${encodeURIComponent(id)}`).catch(onlyProblems);
    if (!answer) return (await import("./acts.js")).followUp(this.#house, id).catch(onlyProblems);
    this.#memory.settle(id);
    this.#list.replace(answer.comment);
  }

  get #storyKey() {
    const { story, url } = storyOf(this);
    return story ?? url ?? "";
  }

  // Saying

  /** @param {string} text */
  #say(text) {
    this.#status.textContent = text;
    this.#retry.hidden = true;
  }

  /**
   * Reads from the service; a failure is said aloud and gives null.
   * @param {string} path
   * @param {Record<string, any>} parameters
   * @param {string} failure what could not be done
   */
  async #read(path, parameters, failure) {
    try {
      return await read(path, parameters);
    } catch (problem) {
      onlyProblems(problem);
      this.#fail(/** @type {Problem} */ (problem), failure);
      return null;
    }
  }

  /** What the status says, where the reader is looking. @param {HTMLElement} opener the button that failed */
  #showFailure(opener) {
    opener.parentElement?.querySelector(":scope > .failed")?.remove();
    opener.after(make("span", { class: "failed muted", "aria-hidden": "true" }, this.#status.textContent));
  }

  /** @param {Problem} problem @param {string} failure */
  #fail(problem, failure) {
    this.#say(problem.status === 404 && failure === words.gone ? failure : `${failure} ${problem.message}`);
    this.#retry.hidden = failure !== words.notLoaded;
    emit(this, "error", { status: problem.status });
  }
}

/** @param {Entry|undefined} entry */
function focusOn(entry) {
  entry?.article.querySelector("h3")?.focus();
}

/** Lets pass what the service said or failed to say; a mistake in this code stays an error. @param {unknown} problem */
function onlyProblems(problem) {
  if (!(problem instanceof Problem)) throw problem;
  return null;
}

/** Why there is no form. @param {string|null|undefined} opensAt */
function closedNote(opensAt) {
  return opensAt ? words.opensAgain(opensAt) : words.closed;
}

/** The comment the page's address points to. */
function linkedId() {
  return location.hash.match(/^#comment-([\w-]+)$/)?.[1] ?? null;
}

function sortOptions() {
  return Object.entries(words.sorts).map(([value, label]) => make("option", { value }, label));
}
