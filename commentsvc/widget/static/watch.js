// Asks again and again, while somebody reads, whether there is something new; ever more rarely while there is not.

const SECONDS = 1_000;
const NEAR_MS = 30 * SECONDS;
const FAR_MS = 120 * SECONDS;
const LONGEST_MS = 600 * SECONDS;
/** Nothing new: a little later next time. Nobody answers: much later. */
const QUIET = 1.25;
const FAILED = 2;
/** Readers of one page must not all ask in the same second. */
const JITTER = 0.2;
/** How near the thread must be to what is read. */
const NEAR = "1000px";

export class Watch {
  #ask;
  #timer = 0;
  #wait = NEAR_MS;
  #due = 0;
  #near = true;
  #running = false;
  #seen = new IntersectionObserver((entries) => this.#came(entries), { rootMargin: NEAR });
  #turned = () => this.#plan();

  /** @param {() => Promise<boolean>} ask whether something is new; throws a Problem, which may say how long to wait */
  constructor(ask) {
    this.#ask = ask;
  }

  /** @param {Element} element */
  start(element) {
    if (this.#running) return;
    this.#running = true;
    this.#seen.observe(element);
    document.addEventListener("visibilitychange", this.#turned);
    this.#due = Date.now() + this.#spread(NEAR_MS);
    this.#plan();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#seen.disconnect();
    document.removeEventListener("visibilitychange", this.#turned);
  }

  /** Without waiting: the page was away. */
  now() {
    this.#due = 0;
    this.#plan();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #came(entries) {
    const near = entries.at(-1)?.isIntersecting ?? false;
    if (near && !this.#near) this.#due = Math.min(this.#due, Date.now() + NEAR_MS);
    this.#near = near;
    this.#plan();
  }

  /** Hidden pages ask nothing; what came due meanwhile is asked when they are seen again. */
  #plan() {
    clearTimeout(this.#timer);
    if (this.#running && !document.hidden) {
      this.#timer = setTimeout(() => this.#round(), Math.max(0, this.#due - Date.now()));
    }
  }

  async #round() {
    this.#due = Date.now() + LONGEST_MS; // nobody asks twice while an answer is on its way
    try {
      this.#wait = (await this.#ask()) ? NEAR_MS : Math.min(this.#wait * QUIET, FAR_MS);
    } catch (problem) {
      this.#wait = Math.min(this.#wait * FAILED, LONGEST_MS);
      this.#wait = Math.max(this.#wait, (/** @type {any} */ (problem).wait ?? 0) * SECONDS);
    }
    this.#due = Date.now() + this.#spread(this.#near ? this.#wait : Math.max(this.#wait, FAR_MS));
    this.#plan();
  }

  /** @param {number} milliseconds */
  #spread(milliseconds) {
    return milliseconds * (1 - JITTER + 2 * JITTER * Math.random());
  }
}
