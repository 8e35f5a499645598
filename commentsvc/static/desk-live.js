// While a page of the queue is open: the numbers stay true, what is new is offered, and what others decided on dims
// with their name. Nothing is inserted and nothing moves under the hand.

const EVERY = 20_000; // milliseconds between two questions
const LONGEST = 300_000; // between two where the service does not answer
const MOST = 10_000; // comments are counted no further
const AT_ONCE = 200; // comments one may ask about
const QUIET = 60_000; // at least between two things said aloud

const news = document.querySelector("[data-live]");
const number = (value) => value.toLocaleString("en") + (value < MOST ? "" : "+");
const told = new Set();
let wait = EVERY;
let etag = "";
let timer = 0;
let askedAt = Date.now();
let saidAt = -Infinity;
let waiting = null; // what is still to be said aloud
let announced = 0; // how many new ones were said aloud

/** What a card stands for, one comment or several near-identical ones: [id, the version it shows]. */
function shownBy(card) {
  const seen = card.querySelector("form.decide [name=seen]")?.value ?? card.id.replace("card-", "");
  return seen.split(" ").map((each) => each.split(":"));
}

/** Whom to ask about: one of every card, then the others of groups as far as there is room. */
function idsToAskAbout() {
  const cards = [...document.querySelectorAll(".card[id]:not(.done)")].map((card) => shownBy(card).map(([id]) => id));
  return [...cards.map(([first]) => first), ...cards.flatMap(([, ...others]) => others)].slice(0, AT_ONCE);
}

function question() {
  const address = new URL(news.dataset.live, location.href);
  address.search = location.search;
  address.searchParams.delete("cursor");
  address.searchParams.set("drawn", news.dataset.drawn);
  address.searchParams.set("ids", idsToAskAbout().join(","));
  return address;
}

async function ask() {
  askedAt = Date.now();
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(question(), { headers, cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 404) return; // signed out: nothing more to ask
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(`${answer.status}`);
      etag = answer.headers.get("ETag") ?? "";
      const said = await answer.json();
      steadily(() => show(said));
    }
    wait = EVERY;
  } catch {
    wait = Math.min(2 * wait, LONGEST);
  }
  say();
  plan();
}

function plan(after = wait) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, after);
}

/** Whatever the act does, the card at hand stays where it is on the screen. */
function steadily(act) {
  const cards = [...document.querySelectorAll(".card")];
  const held = document.activeElement?.closest(".card") ?? cards.find((each) => each.getBoundingClientRect().bottom > 0);
  const before = held?.getBoundingClientRect().top;
  act();
  const moved = held ? held.getBoundingClientRect().top - before : 0;
  if (moved) scrollBy({ top: moved, behavior: "instant" });
}

function show({ counts, saved, new: fresh, changed }) {
  for (const each of document.querySelectorAll("[data-count]")) {
    if (each.dataset.count in counts && each.firstChild) each.firstChild.data = number(counts[each.dataset.count]);
  }
  for (const each of document.querySelectorAll("[data-saved]")) each.textContent = saved[each.dataset.saved] ?? each.textContent;
  const title = document.title.replace(/^\([\d,]+\+?\) /, "");
  document.title = counts.pending ? `(${number(counts.pending)}) ${title}` : title;
  const link = news.querySelector("a");
  link.hidden = !fresh;
  link.textContent = `${number(fresh)} new`;
  const gone = [...document.querySelectorAll(".card[id]:not(.done)")].flatMap((card) => dim(card, changed));
  const others = gone.filter((id) => !told.has(id));
  others.forEach((id) => told.add(id));
  note(fresh, others.map((id) => changed[id].said));
}

/** Dim the card if all it stands for changed after what it shows; the ids that did. One's own Undo is shown already. */
function dim(card, changed) {
  const shown = shownBy(card);
  const gone = shown.filter(([id, version]) => id in changed && !(version >= changed[id].version)).map(([id]) => id);
  if (!gone.length) return gone;
  const isAll = gone.length === shown.length;
  const badge = card.querySelector(".elsewhere") ?? card.appendChild(document.createElement("p"));
  badge.className = "elsewhere";
  badge.textContent = isAll ? changed[gone.at(-1)].said : `${gone.length} of ${shown.length} decided elsewhere`;
  if (!isAll) return gone;
  card.classList.add("settled");
  for (const part of card.querySelectorAll(".decide button, .decide select, .ticker input")) {
    if (part.type === "checkbox") part.checked = false;
    // What has the focus keeps it: disabled, it would throw the reader of the page back to its beginning.
    if (part === document.activeElement) part.setAttribute("aria-disabled", "true");
    else part.disabled = true;
  }
  return gone;
}

/** Remember what is to be said; what was not said yet is said with it. */
function note(fresh, said) {
  waiting = { fresh, said: [...(waiting?.said ?? []), ...said] };
}

function say() {
  if (!waiting || Date.now() - saidAt < QUIET) return;
  const { fresh, said } = waiting;
  const parts = fresh > announced ? [`${number(fresh)} new.`] : [];
  if (said.length > 3) parts.push(`${said.length} comments on this page were decided elsewhere.`);
  else parts.push(...said.map((each) => `${each}.`));
  waiting = null;
  announced = fresh;
  if (!parts.length) return;
  document.getElementById("live-says").textContent = parts.join(" ");
  saidAt = Date.now();
}

document.addEventListener(
  "submit",
  (event) => {
    if (event.target.closest(".card.settled")) event.preventDefault();
  },
  true,
);
document.addEventListener("visibilitychange", () => plan(Math.max(0, askedAt + wait - Date.now())));
if (news) plan();
