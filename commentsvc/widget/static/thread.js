// <comment-thread>: the comments of a story and the form under them.

import { actionsOf } from "./actions.js";
import { SERVICE, onlyProblems, read, storyOf } from "./api.js";
import { refreshTimes } from "./comment.js";
import { button, emit, make } from "./dom.js";
import { CommentList, apart, focusOn, headingOf } from "./list.js";
import { Memory } from "./memory.js";
import { Muted } from "./muted.js";
import { threadSheets } from "./style.js";
import { learnToWrite, locale, words } from "./words.js";

/**
 * @typedef {import("./comment.js").Comment} Comment
 * @typedef {import("./list.js").Entry} Entry
 * @typedef {import("./watch.js").Watch} Watch
 * @typedef {import("./writer.js").Writer} Writer
 */

/** How near the reader must come before a `lazy` thread is fetched. */
const NEAR = "800px";

/** How often "5 minutes ago" is said anew. */
const TIMES_MS = 60_000;

/** The most new comments one answer holds. */
const NEW_AT_ONCE = 100;

/** The order a reader chose, by site: kept while the page lives. @type {Map<string, string>} */
const chosen = new Map();

export class CommentThread extends HTMLElement {
  static observedAttributes = ["site", "story", "url", "sort"];

  #root = this.attachShadow({ mode: "open" });
  #status = make("p", { class: "status", role: "status", part: "status" });
  /** What the reader asked for and did not get. */
  #alert = make("p", { class: "unseen", "aria-live": "assertive" });
  /** Holds the fallback, later the thread. */
  #place = make("div", { class: "place" });
  /** Number of the latest fetch of the thread; older answers are not drawn. */
  #turn = 0;
  /** Which story, and in which order, is on the page or on its way. */
  #asked = "";
  /** @type {any} the last answer of the service for this thread */
  #page = null;
  /** @type {string|null} */
  #cursor = null;
  #count = 0;
  /** @type {HTMLElement|null} */
  #section = null;
  /** @type {Writer|null} loaded once the thread is drawn */
  #writer = null;
  #memory = new Memory("");
  #muted = new Muted("");
  #list = new CommentList({ reply: null, moreReplies: () => {} });
  #heading = make("h2", { id: "heading", part: "heading", tabindex: "-1" });
  #select = make("select", { id: "sort", onchange: () => this.#resort() }, ...sortOptions());
  #more = make("a", { class: "button", part: "button", onclick: (/** @type {MouseEvent} */ event) => this.#onMore(event) }, words.loadMore);
  #news = button("", () => this.#showNew(), { class: "news", hidden: true });
  #mutedLine = make("p", { class: "silence muted", hidden: true });
  #retry = button(words.tryAgain, () => this.refresh(), { hidden: true });
  #formPlace = make("div", { class: "form-place" });
  /** @type {IntersectionObserver|null} */
  #nearing = null;
  /** @type {Watch|null} */
  #watch = null;
  /** What the service said last of how new the thread is. */
  #version = "";
  #clock = 0;
  #followHash = () => this.#goToLinked();
  #cameBack = (/** @type {PageTransitionEvent} */ event) => event.persisted && this.#wake();
  #onLink = (/** @type {MouseEvent} */ event) => this.#goAgain(event);

  connectedCallback() {
    window.addEventListener("hashchange", this.#followHash);
    window.addEventListener("pageshow", this.#cameBack);
    this.#root.addEventListener("click", /** @type {EventListener} */ (this.#onLink));
    this.#clock = setInterval(() => document.hidden || refreshTimes(this.#root), TIMES_MS);
    // Moved within the page, or put back: all is drawn already.
    if (this.#asked !== this.#askedFor) this.#begin();
    else this.#wake();
  }

  disconnectedCallback() {
    window.removeEventListener("hashchange", this.#followHash);
    window.removeEventListener("pageshow", this.#cameBack);
    clearInterval(this.#clock);
    this.#watch?.stop();
    if (this.#nearing && !this.#section) this.#asked = ""; // wherever it is put next, it waits to be near again
    this.#nearing?.disconnect();
  }

  /** @param {string} name @param {string|null} before @param {string|null} after */
  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    if (name === "sort") chosen.delete(this.#site);
    // A page that turns to another story changes several attributes at once.
    queueMicrotask(() => this.isConnected && this.#asked !== this.#askedFor && this.#begin());
  }

  /** Fetches the thread again; what somebody is typing stays. @returns {Promise<void>} */
  async refresh() {
    if (this.#asked !== this.#askedFor) return this.#begin();
    const turn = ++this.#turn;
    const isRetry = this.#root.activeElement === this.#retry;
    this.#say(words.loading);
    const page = await this.#read("thread", { ...storyOf(this), sort: this.#sort }, words.notLoaded);
    if (page && turn === this.#turn) this.#draw(page);
    if (isRetry) (page ? this.#heading : this.#retry).focus();
  }

  /** Shows a comment, moves the focus to it and marks it. @param {string} id @returns {Promise<void>} */
  async goTo(id) {
    if (!this.#list.find(id)) await this.#fetchChain(id);
    const entry = this.#list.find(id);
    if (entry) this.#spotlight(entry);
    else if (this.#status.textContent) this.#status.scrollIntoView({ block: "center" }); // what was said may be far above
  }

  get #site() {
    return this.getAttribute("site") ?? "";
  }

  /** The reader's order, else the page's; without either, the newsroom has chosen. @returns {string|null} */
  get #sort() {
    return chosen.get(this.#site) ?? this.getAttribute("sort");
  }

  get #askedFor() {
    return JSON.stringify([storyOf(this), this.getAttribute("sort")]);
  }

  /** @returns {Promise<void>} */
  async #begin() {
    const first = !this.#asked;
    this.#asked = this.#askedFor;
    this.#turn++;
    this.#watch?.stop();
    this.#nearing?.disconnect();
    this.#section = this.#writer = this.#watch = null;
    this.#formPlace.replaceChildren();
    this.#news.hidden = true;
    this.#memory = new Memory(this.#site);
    this.#muted = new Muted(this.#site);
    this.#root.adoptedStyleSheets = threadSheets;
    // What stands between the tags is about the first story only.
    const loading = make("p", { class: "loading muted", "aria-hidden": "true" }, words.loading);
    this.#place.replaceChildren(first ? make("slot", {}, loading) : loading);
    this.#root.replaceChildren(this.#status, this.#alert, this.#retry, this.#place);
    if (this.hasAttribute("lazy") && !linkedId()) this.#whenNear(this, () => this.refresh());
    else await this.refresh();
  }

  /** @param {Element} element @param {() => void} then */
  #whenNear(element, then) {
    this.#nearing = new IntersectionObserver(
      (entries, watcher) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watcher.disconnect();
        then();
      },
      { rootMargin: NEAR },
    );
    this.#nearing.observe(element);
  }

  /** @param {any} page the answer of GET /thread */
  #draw(page) {
    const focused = this.#root.activeElement;
    const first = !this.#section;
    const anchor = first ? this.#anchor() : null;
    this.#page = page;
    this.#version = page.version;
    this.#say("");
    this.#drawFrame();
    this.#drawComments(page.comments);
    this.#drawForm();
    this.#showCount(page.story.comment_count);
    this.#showMore(page.next_cursor);
    this.#news.hidden = true;
    this.#refocus(focused);
    emit(this, first ? "ready" : "count", { story: page.story.id, count: this.#count });
    if (first) this.#arrive(anchor);
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
      make("div", { class: "newsplace" }, this.#news),
      this.#list.element,
      this.#mutedLine,
      make("p", { class: "more" }, this.#more),
      this.#formPlace,
    );
    this.#place.replaceChildren(this.#section);
  }

  /** @param {Comment[]} comments */
  #drawComments(comments) {
    const list = new CommentList({
      reply: this.#page.form.state === "closed" ? null : (entry, opener) => this.#openReply(entry, opener),
      moreReplies: (entry, opener) => this.#loadReplies(entry, opener),
      actions: (entry) => actionsOf(entry, this.#house),
      mute: (entry) => this.#mute(entry),
      isMuted: (slug) => this.#muted.has(slug),
    });
    list.append(comments);
    this.#list.element.replaceWith(list.element);
    this.#list = list;
    this.#select.value = this.#page.sort;
    this.#showWaiting();
    this.#writer?.placeReply();
    this.#sayMuted();
  }

  #drawForm() {
    if (this.#page.form.state === "closed") {
      this.#formPlace.replaceChildren(make("p", { class: "muted" }, closedNote(this.#page.form.opens_at)));
    } else if (!this.#hasForm) {
      this.#formPlace.replaceChildren(make("p", {}, make("a", { href: this.#pageAddress({}, "respond") }, words.leaveComment)));
      whenIdle(() => this.#showForm());
    }
  }

  get #hasForm() {
    return !!this.#formPlace.querySelector("form");
  }

  /** Its code comes once the thread is drawn; without it, the link to the form's own page stays. */
  async #showForm() {
    const writer = await this.#loadWriter();
    if (writer && this.#section && !this.#hasForm && this.#page.form.state !== "closed") this.#formPlace.replaceChildren(writer.newForm());
  }

  /** @returns {Promise<Writer|null>} null: it cannot be loaded, or the page has turned to another story */
  async #loadWriter() {
    const asked = this.#asked;
    const loaded = await Promise.all([import("./writer.js"), learnToWrite()]).catch(() => null);
    return loaded && asked === this.#asked ? (this.#writer ??= new loaded[0].Writer(() => this.#house)) : null;
  }

  /** Drawing anew takes the focus away with the comment that had it. @param {Element|null} focused */
  #refocus(focused) {
    if (!(focused instanceof HTMLElement)) return;
    if (focused.isConnected) focused.focus({ preventScroll: true });
    else headingOf(this.#list.find(idOf(focused.closest("article"))))?.focus({ preventScroll: true });
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
    this.#more.parentElement.hidden = !cursor;
    this.#more.href = this.#pageAddress({ sort: this.#page.sort, cursor }, "comments");
  }

  /** The thread's own page, for whoever opens a link elsewhere or without script. @param {Record<string, string|null>} more @param {string} place */
  #pageAddress(more, place) {
    const { site, ...story } = storyOf(this);
    const address = new URL(`thread/${encodeURIComponent(site)}#${place}`, SERVICE);
    for (const [name, value] of Object.entries({ ...story, ...more })) if (value) address.searchParams.set(name, value);
    return address.href;
  }

  #resort() {
    chosen.set(this.#site, this.#select.value);
    this.refresh();
  }

  /** @param {MouseEvent} event */
  #onMore(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#loadMore();
  }

  async #loadMore() {
    const turn = this.#turn;
    const page = await this.#read("thread", { ...storyOf(this), sort: this.#page.sort, cursor: this.#cursor }, words.notLoadedMore, true);
    if (turn !== this.#turn) return;
    if (!page) return this.#showFailure(this.#more);
    this.#list.append(page.comments.filter((/** @type {Comment} */ { id }) => !this.#isAlreadyBelow(id)));
    this.#more.parentElement.querySelector(".failed")?.remove();
    this.#showMore(page.next_cursor);
    this.#arrived(page.comments);
  }

  /** What is pinned or picked meanwhile is on the page already. @param {string} id */
  #isAlreadyBelow(id) {
    return !!this.#list.find(id)?.article.closest(".roots");
  }

  /** @param {Entry} entry @param {HTMLElement} opener */
  async #loadReplies(entry, opener) {
    const { id, replies_cursor: cursor } = entry.comment;
    const turn = this.#turn;
    const page = await this.#read(`comments/${id}/replies`, { cursor }, words.notLoadedMore, true);
    if (turn !== this.#turn) return;
    if (!page) return this.#showFailure(opener);
    this.#list.append(page.comments, entry);
    entry.comment.replies_cursor = page.next_cursor;
    opener.parentElement?.querySelector(":scope > .failed")?.remove();
    if (!page.next_cursor) opener.parentElement?.remove();
    this.#arrived(page.comments);
  }

  /** More was loaded: on with the first of it. @param {Comment[]} comments */
  #arrived(comments) {
    this.#writer?.placeReply();
    this.#say("");
    this.#sayMuted();
    focusOn(this.#list.find(comments[0]?.id));
  }

  /** @param {string} id */
  async #fetchChain(id) {
    const asked = this.#asked;
    const answer = await this.#read(`comments/${encodeURIComponent(id)}`, {}, words.gone);
    if (!answer || asked !== this.#asked) return;
    // A page may have several threads: the comment may be another one's.
    const { url } = this.#page.story;
    if (!url || answer.comment.url.startsWith(`${url}#`)) this.#list.showChain([...answer.ancestors, answer.comment]);
    else if (document.querySelectorAll(this.localName).length === 1) this.#say(words.gone);
  }

  #goToLinked() {
    const id = linkedId();
    if (!id) this.#root.querySelector(".target")?.classList.remove("target");
    else if (this.#section) this.goTo(id);
  }

  /** A link to the comment the address names already changes nothing that could be heard. @param {MouseEvent} event */
  #goAgain(event) {
    const link = event.target instanceof Element && event.target.closest("a");
    if (link && link.hash && link.href === location.href) this.#goToLinked();
  }

  /** @param {Entry} entry @param {boolean} [scrolls] */
  #spotlight(entry, scrolls = true) {
    this.#list.reveal(entry);
    this.#root.querySelector(".target")?.classList.remove("target");
    entry.article.classList.add("target");
    if (scrolls) entry.article.scrollIntoView({ block: "start", behavior: "instant" });
    headingOf(entry)?.focus({ preventScroll: true });
  }

  // Taking the place of the fallback

  /** The comment of the fallback that is being read, and where it stands. @returns {{id: string, top: number}|null} */
  #anchor() {
    const drawn = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[id^=comment-]")]);
    const linked = drawn.find((each) => idOf(each) === linkedId());
    const read = linked && isSeen(linked) ? linked : drawn[0]?.getBoundingClientRect().top < 0 && drawn.find(isSeen);
    return read ? { id: idOf(read), top: read.getBoundingClientRect().top } : null;
  }

  /** @param {{id: string, top: number}|null} anchor */
  #arrive(anchor) {
    const entry = this.#list.find(anchor?.id);
    if (entry && anchor) window.scrollBy({ top: entry.article.getBoundingClientRect().top - anchor.top, behavior: "instant" });
    if (entry && anchor?.id === linkedId()) this.#spotlight(entry, false);
    else this.#goToLinked();
    whenIdle(() => this.#wake());
  }

  // What came meanwhile

  /** Drawn, put back or back from the browser's own memory: from now on it is watched. */
  async #wake() {
    if (!this.#section || !this.#page.version) return;
    const asked = this.#asked;
    refreshTimes(this.#root);
    const { Watch } = await import("./watch.js").catch(() => ({ Watch: null }));
    if (!Watch || !this.isConnected || asked !== this.#asked) return;
    const isNew = !this.#watch;
    this.#watch ??= new Watch(() => this.#look());
    this.#watch.start(this);
    if (!isNew) this.#watch.now();
  }

  async #look() {
    const asked = this.#asked;
    const latest = await read("thread/version", storyOf(this));
    if (asked !== this.#asked) return false;
    const { version, comment_count: count } = latest;
    const changed = version !== this.#version;
    this.#version = version;
    if (changed) this.#offer(count - this.#count);
    return changed;
  }

  /** @param {number} count of comments that are not on the page */
  #offer(count) {
    this.#news.hidden = count < 1;
    if (count < 1) return;
    this.#news.textContent = words.newComments(count);
    this.#whisper(words.newComments(count));
  }

  /** Only now, when the reader asked for it, anything moves. */
  async #showNew() {
    const turn = this.#turn;
    const answer = await this.#read("thread/new", { ...storyOf(this), since: this.#page.version }, words.notLoadedMore, true);
    if (turn !== this.#turn) return;
    if (!answer) return void (this.#news.textContent = this.#alert.textContent);
    const added = this.#list.addNew(answer.comments, answer.ancestors, this.#endForNew());
    const isAll = answer.comments.length < NEW_AT_ONCE;
    this.#page.version = answer.comments.length ? answer.version : this.#version;
    this.#news.hidden = true;
    this.#showCount(this.#count + added.length);
    this.#sayMuted();
    this.#say("");
    focusOn(added[0]);
    emit(this, "count", { story: this.#page.story.id, count: this.#count });
    if (!isAll) this.#watch?.now();
  }

  /** @returns {"start"|"end"|null} */
  #endForNew() {
    if (this.#page.sort === "newest") return "start";
    return this.#page.sort === "oldest" && !this.#cursor ? "end" : null;
  }

  // Muting

  /** @param {Entry} entry */
  #mute(entry) {
    const { slug = "", name = "" } = entry.comment.author ?? {};
    const mutes = !this.#muted.has(slug);
    if (mutes) this.#muted.add(slug, name);
    else this.#muted.remove(slug);
    entry.justMuted = mutes;
    this.#list.hushAll();
    this.#sayMuted();
    // The button that was pressed is hidden now: on with the one that takes it back.
    const next = mutes && !this.#list.showsMuted ? entry.stub?.querySelector("button") : entry.mute;
    next?.focus({ preventScroll: true });
    this.#whisper(mutes ? words.mutedNow(apart(name)) : "");
  }

  /** How many comments are hidden, and the way to see them; below the list, where it moves nothing. */
  #sayMuted() {
    const count = this.#list.mutedCount;
    this.#mutedLine.hidden = count === 0;
    const { showsMuted } = this.#list;
    const turn = button(showsMuted ? words.hide : words.show, () => this.#turnMuted(), { class: "quiet", "aria-pressed": String(showsMuted) });
    this.#mutedLine.replaceChildren(`${words.mutedComments(count)} `, turn);
  }

  #turnMuted() {
    this.#list.showsMuted = !this.#list.showsMuted;
    this.#sayMuted();
    this.#mutedLine.querySelector("button")?.focus();
  }

  // Writing

  /** What the modules for writers are told. @returns {import("./actions.js").House} */
  get #house() {
    const asked = this.#asked;
    return {
      element: this,
      site: this.#site,
      story: this.#storyKey,
      storyId: this.#page.story.id,
      form: this.#page.form,
      memory: this.#memory,
      list: this.#list,
      newestFirst: this.#page.sort === "newest",
      formPlace: this.#formPlace,
      find: (id) => this.#list.find(id),
      // What becomes of a comment of another story is none of this one's.
      say: (text) => asked === this.#asked && this.#say(text),
      count: (change) => asked === this.#asked && this.#countOn(change),
      act: (act, entry, opener) => this.#act(act, entry, opener),
    };
  }

  /** Each kind of act is loaded when it is first done. @param {import("./actions.js").Act} act @param {Entry} entry @param {HTMLElement} opener */
  async #act(act, entry, opener) {
    if (opener.ariaBusy === "true") return;
    opener.ariaBusy = "true";
    const loading = act === "edit" ? import("./edit.js") : act === "report" ? import("./report.js") : import("./acts.js");
    /** @type {any} */
    const loaded = await Promise.all([loading, learnToWrite()]).catch(() => null);
    opener.ariaBusy = "false";
    if (loaded) loaded[0][act](this.#house, entry, opener);
    else this.#cannot(words.unreachable, opener);
  }

  /** @param {number} change */
  #countOn(change) {
    this.#showCount(this.#count + change);
    emit(this, "count", { story: this.#page.story.id, count: this.#count });
  }

  /** @param {Entry} entry @param {HTMLElement} opener */
  async #openReply(entry, opener) {
    const writer = await this.#loadWriter();
    if (writer) writer.openReply(entry, opener);
    else this.#cannot(words.formNotLoaded, opener);
  }

  /** The reader's own comments that wait, among those everybody sees. */
  #showWaiting() {
    for (const { id, waiting } of this.#memory.waiting(this.#storyKey)) {
      if (!waiting) continue;
      if (this.#list.find(id)) {
        this.#memory.settle(id);
        continue;
      }
      this.#list.insert(waiting.comment, { newestFirst: this.#page.sort === "newest", waiting: waiting.reasons });
      this.#loadWriter().then((writer) => writer?.askAbout(id));
    }
  }

  get #storyKey() {
    const { story, url } = storyOf(this);
    return story ?? url ?? "";
  }

  // Saying

  /** @param {string} text */
  #say(text) {
    this.#status.textContent = text;
    // While the thread is on its way, words that come and go would move what stands below them.
    this.#status.classList.toggle("unseen", text === words.loading);
    this.#alert.textContent = "";
    this.#retry.hidden = true;
  }

  /** For ears only: to the eye it is said elsewhere. @param {string} text */
  #whisper(text) {
    this.#status.classList.add("unseen");
    this.#status.textContent = text;
  }

  /** At once: what the reader asked for did not happen. @param {string} text */
  #shout(text) {
    this.#alert.textContent = text;
  }

  /**
   * Reads from the service; a failure is said aloud and gives null.
   * @param {string} path
   * @param {Record<string, any>} parameters
   * @param {string} failure what could not be done
   * @param {boolean} [atOnce] the reader waits for it
   */
  async #read(path, parameters, failure, atOnce = false) {
    try {
      return await read(path, parameters);
    } catch (problem) {
      onlyProblems(problem);
      this.#fail(/** @type {any} */ (problem), failure, atOnce);
      return null;
    }
  }

  /** @param {string} text @param {HTMLElement} opener the button that failed */
  #cannot(text, opener) {
    this.#shout(text);
    this.#showFailure(opener);
  }

  /** What was said, where the reader is looking. @param {HTMLElement} opener the button that failed */
  #showFailure(opener) {
    opener.parentElement?.querySelector(":scope > .failed")?.remove();
    opener.after(make("span", { class: "failed muted", "aria-hidden": "true" }, this.#alert.textContent));
  }

  /** @param {import("./api.js").Problem} problem @param {string} failure @param {boolean} atOnce */
  #fail(problem, failure, atOnce) {
    const text = problem.status === 404 && failure === words.gone ? failure : `${failure} ${problem.message}`;
    if (atOnce) this.#shout(text);
    else this.#say(text);
    this.#retry.hidden = failure !== words.notLoaded;
    emit(this, "error", { status: problem.status });
  }
}

/** @param {Element|null} element a comment of ours or of the fallback */
function idOf(element) {
  return element?.id.replace("comment-", "") ?? "";
}

/** @param {Element} element */
function isSeen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** Safari has no idle time to give. @param {() => void} then */
function whenIdle(then) {
  if (window.requestIdleCallback) requestIdleCallback(then, { timeout: 2_000 });
  else setTimeout(then, 50);
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
