// Readers sign in at a provider of the site's: a small window of the service, and what it is believed of what is said.

import { SERVICE, onlyProblems, write } from "./api.js";
import { button, make } from "./dom.js";
import { locale, words } from "./words.js";

/**
 * @typedef {import("./actions.js").House} House
 * @typedef {import("./form.js").CommentForm} Form
 * @typedef {{token: string, name: string}} Who
 */

const NONCE_BYTES = 16;
/** How often it is looked whether the window is still there. */
const LOOK_MS = 500;

const file = await import(`./words/${locale}.js`);
Object.assign(words, file.signing);

/**
 * The forms on the page: the thread each stands in, the row that is ours, and how it asks again who writes.
 * @type {Map<Form, {house: House, row: HTMLElement, ask: () => void}>}
 */
const shown = new Map();

/** What the service said of a token, asked once a page. @type {Map<string, Promise<string>>} */
const names = new Map();

/** Boxes to tick so far: each has an id of its own. */
let count = 0;

/** Ends what waits for an earlier window. */
let stop = () => {};

/**
 * Who is signed in; null: nobody.
 * @param {House} house @param {Form} [form] to be arranged for them
 * @returns {Promise<Who|null>}
 */
export async function session(house, form) {
  if (form) shown.set(form, { house, row: make("div", { class: "buttons" }), ask: () => {} });
  const who = await whoIs(house);
  arrangeAll(house.site, who);
  return who;
}

/** @param {House} house @returns {Promise<Who|null>} */
async function whoIs({ site, memory }) {
  /** @type {any} */
  const me = memory.receipt("me");
  if (!me?.name) return null;
  if (!names.has(me.token)) {
    names.set(me.token, asked(site, me));
    // The oldest receipts are forgotten: this one is always among the newest.
    memory.drop("me");
    memory.keep(memory.person, me, memory.remembered);
  }
  const name = await names.get(me.token);
  if (name) return { token: me.token, name };
  memory.drop("me");
  return null;
}

/** The token may have ended, or been ended elsewhere. @param {string} site @param {Who} me @returns {Promise<string>} */
async function asked(site, { token, name }) {
  try {
    return (await write(`sessions?${new URLSearchParams({ site })}`, undefined, by(token), { method: "GET" })).name;
  } catch (problem) {
    onlyProblems(problem);
    return /** @type {any} */ (problem).status === 401 ? "" : name;
  }
}

/** @param {string} token */
const by = (token) => ({ Authorization: `Bearer ${token}` });

/** @param {string} site @param {Who|null} who */
function arrangeAll(site, who) {
  for (const [form, { house }] of shown) {
    if (!form.element.isConnected) shown.delete(form);
    else if (house.site === site) arrange(form, who);
  }
}

/** @param {Form} form @param {Who|null} who */
function arrange(form, who) {
  const place = /** @type {any} */ (shown.get(form));
  const { house, row } = place;
  const isShut = !who && house.form.guests === false;
  const hadFocus = form.element.matches(":focus-within");
  place.ask();
  if (!row.isConnected) form.element.querySelector(".person")?.before(row);
  for (const child of /** @type {Iterable<any>} */ (form.element.children)) child.hidden = isShut && child !== row && child.localName !== "h3";
  place.ask = who ? answer(form, who.name) : () => {};
  // Below the name.
  if (who) row.nextElementSibling?.after(row);
  row.replaceChildren(...(who ? [button(words.signOut, () => signOut(house, who), { class: "quiet" })] : offer(form, house)));
  if (hadFocus && isShut) row.querySelector("button").focus();
}

/** The form knows who writes and asks no more. @param {Form} form @param {string} name @returns {() => void} puts back what it asked */
function answer(form, name) {
  const { element } = form;
  const before = [...element.children];
  form.signOn(name);
  const [added] = [...element.children].filter((child) => !before.includes(child));
  const gone = before.filter((child) => !child.isConnected);
  return () => {
    form.signOn("");
    added.remove();
    // From the last to the first, each before the next that is there.
    for (const child of gone.reverse()) element.insertBefore(child, before.slice(before.indexOf(child)).find((next) => next.parentElement === element) ?? null);
  };
}

/** @param {Form} form @param {House} house */
function offer(form, house) {
  const stay = make("input", { type: "checkbox", id: `stay-${(count += 1)}` });
  stay.checked = house.memory.remembered;
  const opener = button(words.signInWith(house.form.login.name), () => signIn(form, house, stay.checked));
  return [opener, make("p", { class: "save" }, stay, make("label", { for: stay.id }, words.staySignedIn))];
}

/** @param {Form} form @param {House} house @param {boolean} remember */
function signIn(form, house, remember) {
  stop();
  const nonce = [...crypto.getRandomValues(new Uint8Array(NONCE_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const url = new URL(`sign-in/${encodeURIComponent(house.site)}`, SERVICE);
  url.search = `${new URLSearchParams({ origin: location.origin, nonce, ...(remember && { remember: "1" }) })}`;
  const popup = window.open(url, "", "popup,width=520,height=680");
  if (!popup) return house.say(words.windowBlocked);
  house.say(words.windowOpen);

  /** @param {MessageEvent} event */
  const hear = ({ isTrusted, origin, source, data }) => {
    if (!isTrusted || origin !== SERVICE.origin || source !== popup || data?.nonce !== nonce) return;
    stop();
    welcome(form, house, data, remember);
  };
  let isGone = false;
  const look = setInterval(() => {
    // What it said last may still be on its way when it is closed: one look more.
    if (!isGone) return void (isGone = popup.closed);
    stop();
    house.say(words.windowClosed);
  }, LOOK_MS);
  stop = () => {
    removeEventListener("message", hear);
    clearInterval(look);
  };
  addEventListener("message", hear);
}

/** @param {Form} form @param {House} house @param {Who} said @param {boolean} remember */
function welcome(form, { site, memory, say }, { token, name }, remember) {
  memory.drop("me");
  memory.keep(memory.person, { id: "me", token, name, editable_until: "", email: "", story: "" }, remember || memory.remembered);
  names.set(token, Promise.resolve(name));
  arrangeAll(site, { token, name });
  form.fillIn();
  say(words.signedInAs(name));
  form.focus();
}

/** @param {House} house @param {Who} who */
function signOut({ site, memory, say }, { token }) {
  write(`sessions?${new URLSearchParams({ site })}`, undefined, by(token), { method: "DELETE" }).catch(onlyProblems);
  memory.drop("me");
  arrangeAll(site, null);
  say("");
}
