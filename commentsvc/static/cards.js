// Cards of the queue: decided and undone where they stand, their context beside them, and who else is looking.
// Without this script every form and link here leads to a page that does the same.

const WIDE = "(min-width: 1100px)"; // there the context has a column of its own
const POLL = 20_000, RENEW = 30_000, DWELL = 700; // milliseconds; a lease lasts 90 seconds
const list = document.querySelector(".cards[data-leases]");
const aloud = document.getElementById("aloud");
const decided = []; // what was decided on this page, the newest last
let byHand = false; // whether the last press was the pointer's: then nothing may move under it

addEventListener("pointerdown", () => (byHand = true), true);
addEventListener("keydown", () => (byHand = false), true);

/** Say it to whoever listens instead of looking. */
export function say(words) {
  aloud.textContent = "";
  setTimeout(() => (aloud.textContent = words.replace(/\s+/g, " ").trim()), 50);
}

export const undecided = () => (list ? [...list.querySelectorAll(":scope > .card:not(.done, .settled)")] : []);

/** What has the focus, or whose context has it; the page itself if nothing has. */
export function whereFocusIs() {
  const focused = document.activeElement ?? document.body;
  const meant = focused.closest("#drawer") ? opener : focused;
  return meant?.isConnected ? meant : document.body;
}

/** The card that has the focus, or whose context has it, if it still waits. */
export function current() {
  const card = whereFocusIs().closest(".card");
  return card?.isConnected && card.matches(".cards[data-leases] > .card:not(.done, .settled)") ? card : null;
}

/** The newest line with an Undo. */
export const lastDecided = () => decided.filter((line) => line.isConnected && line.querySelector("form")).pop();

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  body.set("fragment", "1");
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
  if (answer.redirected) location.reload(); // signed out meanwhile
  return answer;
}

/** Send what a form of a card says; `then` gets the HTML. What is wrong is said in the card, which stays. */
export async function change(card, form, button, then) {
  if (card.ariaBusy === "true") return;
  card.ariaBusy = "true";
  try {
    const answer = await send(form, button);
    if (answer.ok || ([409, 422].includes(answer.status) && isHtml(answer))) then(await answer.text());
    else complain(card, isHtml(answer) ? "This was not done. Reload the page and try again." : await answer.text());
  } catch {
    complain(card, "This was not sent: the service cannot be reached. Try again.");
  } finally {
    card.ariaBusy = "false";
  }
}

const isHtml = (answer) => answer.headers.get("Content-Type")?.startsWith("text/html");

function complain(card, words) {
  const said = card.querySelector(".error") ?? document.createElement("p");
  said.className = "error";
  said.role = "alert";
  card.append(said);
  said.textContent = words;
  const note = card.querySelector(".why textarea");
  if (note?.checkVisibility() && !note.value) note.focus();
}

function put(card, html) {
  const made = document.createElement("template");
  made.innerHTML = html; // the service's own, every text of people in it escaped
  const fresh = made.content.firstElementChild;
  card.replaceWith(fresh);
  return fresh;
}

function decideIn(card, form, button) {
  const box = card.getBoundingClientRect();
  change(card, form, button, (html) => settle(card, html, box));
}

/** Put the line of a decision in the place of its card, which stood in that box of the screen. */
export function settle(card, html, { top, height }) {
  const had = current() === card || document.activeElement === document.body;
  if (opener && card.contains(opener)) shut();
  const line = put(card, html);
  decided.push(line);
  if (lookedAt === card) stopLooking();
  say(line.querySelector(".outcome").textContent);
  if (byHand) line.style.minBlockSize = `${height}px`;
  if (had) moveOn(line, byHand ? null : Math.max(top, 72));
}

/** The focus goes to the next card that waits; the keyboard's eye finds it where the decided one was. */
function moveOn(line, top) {
  const waiting = undecided();
  const below = waiting.find((card) => line.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING);
  const next = below ?? waiting.pop() ?? document.querySelector("main > .more a[href*=cursor]") ?? line;
  next.focus({ preventScroll: true });
  if (top === null) return;
  scrollBy(0, next.getBoundingClientRect().top - top);
}

function undoIn(line, form, button) {
  change(line, form, button, (html) => {
    const card = put(line, html);
    card.dispatchEvent(new Event("commentsvc:card", { bubbles: true }));
    card.focus({ preventScroll: byHand });
    say("Undone.");
  });
}

/** Many at once are answered by a page: until it is there, a second press sends nothing. */
function sendOnce(event) {
  if (event.target.ariaBusy === "true") event.preventDefault();
  event.target.ariaBusy = "true";
}

/** Where the address names a comment without a card here: the group it is in, or the first that waits. */
function focusNamed() {
  const named = /^#card-(\d+)$/.exec(location.hash)?.[1];
  if (!list || !named || document.getElementById(`card-${named}`)) return;
  const isIn = (card) => card.querySelector("form.decide [name=seen]").value.split(" ").some((seen) => seen.startsWith(`${named}:`));
  (undecided().find(isIn) ?? undecided()[0])?.focus();
}

focusNamed();

// Whoever goes back in the history finds the page as it was left.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-whole]")) form.ariaBusy = "false";
});

addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target, button = event.submitter;
  if (form.matches("[data-whole]")) return sendOnce(event);
  const card = form.closest(".cards[data-leases] > .card");
  const drawn = form.closest("#drawer");
  if (!card && !(drawn && form.matches(".jot"))) return;
  event.preventDefault();
  if (drawn) change(drawn, form, button, fill);
  else if (form.matches(".reply")) answering().then((it) => it.send(card, form, button));
  else (card.matches(".done") ? undoIn : decideIn)(card, form, button);
});

// The context, in a column beside the cards where there is room for one

let drawer = null, opener = null;

function makeDrawer() {
  drawer = document.createElement("aside");
  drawer.id = "drawer";
  drawer.tabIndex = -1;
  drawer.setAttribute("aria-label", "Context");
  drawer.innerHTML = '<header><h2>Context</h2><button type="button">Close</button></header><div></div>';
  drawer.querySelector("button").addEventListener("click", closeContext);
  drawer.addEventListener("keydown", (event) => event.key === "Escape" && closeContext());
  document.querySelector("main").append(drawer);
}

function fill(html) {
  drawer.lastElementChild.innerHTML = html;
  drawer.scrollTop = 0;
}

/** Whatever the column does to the lines of the text, the card stays where it is. */
function inPlace(card, act) {
  const top = card.getBoundingClientRect().top;
  act();
  scrollBy(0, card.getBoundingClientRect().top - top);
}

export async function toggleContext(link) {
  if (drawer?.isConnected && opener === link) return closeContext();
  let html = "";
  try {
    const answer = await fetch(`${link.pathname}/context`);
    if (!answer.ok || answer.redirected) throw new Error();
    html = await answer.text();
  } catch {
    return location.assign(link.href); // the page says what is wrong
  }
  if (!link.isConnected) return; // decided meanwhile
  inPlace(link.closest(".card"), () => {
    if (!drawer?.isConnected) makeDrawer();
    document.body.classList.add("with-drawer");
    fill(html);
  });
  opener = link;
  look(link.closest(".card"));
  drawer.focus({ preventScroll: true });
}

function shut() {
  drawer.remove();
  document.body.classList.remove("with-drawer");
  opener = null;
}

function closeContext() {
  const card = opener.closest(".card");
  inPlace(card, shut);
  card.focus({ preventScroll: true });
}

addEventListener("click", (event) => {
  const link = event.target.closest?.(".cards[data-leases] :is(a.around, a.reply)");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const isAnswer = link.matches(".reply");
  if (!isAnswer && !matchMedia(WIDE).matches) return;
  event.preventDefault();
  if (isAnswer) answering().then((it) => it.open(link), () => location.assign(link.href));
  else toggleContext(link);
});

const answering = () => import("./answer.js");

// Who is looking: a courtesy, so whatever fails here is left alone

let lookedAt = null, waiting = 0, renewing = 0;

function look(card) {
  if (!card || card === lookedAt || card.matches(".done")) return;
  stopLooking();
  lookedAt = card;
  waiting = setTimeout(renew, DWELL);
  renewing = setInterval(renew, RENEW);
}

function stopLooking() {
  lookedAt = null;
  clearTimeout(waiting);
  clearInterval(renewing);
}

function renew() {
  if (document.hidden || !lookedAt?.isConnected) return;
  const body = new URLSearchParams({ comment: numberOf(lookedAt) });
  body.set("csrf_token", document.querySelector("input[name=csrf_token]").value);
  fetch(new URL(list.dataset.leases, location), { method: "POST", body }).catch(() => {});
}

const numberOf = (card) => card.id.replace("card-", "");

async function showColleagues() {
  const cards = undecided();
  if (document.hidden || !cards.length) return;
  const address = new URL(list.dataset.leases, location);
  address.searchParams.set("ids", cards.slice(0, 100).map(numberOf).join(","));
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { leases } = await answer.json();
  const names = new Map(leases.map((lease) => [lease.comment, lease.name]));
  for (const card of cards) showColleague(card, names.get(numberOf(card)));
}

function showColleague(card, name) {
  const shown = card.querySelector(".looking");
  if (!name) return shown?.remove();
  const place = shown ?? document.createElement("span");
  place.className = "badge watched looking";
  const called = document.createElement("bdi");
  called.textContent = name;
  place.replaceChildren(called, " is looking");
  if (!shown) card.querySelector("header").append(place);
}

if (list) {
  list.addEventListener("focusin", (event) => look(event.target.closest(".card")));
  showColleagues();
  setInterval(showColleagues, POLL);
}
