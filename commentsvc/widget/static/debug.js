// Loaded only where an address has ?debug, the page's or the script's: says in the console why a thread does not show.

const FILES = import.meta.url.replace(/debug\.js.*/, "");
const SERVICE = new URL("../../", FILES);
const OURS = ["comment-thread", "comment-count", "about-author", "you-may-also-like"];
const { storyOf } = /** @type {any} */ (globalThis)[Symbol.for("commentsvc")];

/** @param {...any} said */
const say = (...said) => console.info("[commentsvc]", ...said);
/** @param {...any} said */
const warn = (...said) => console.warn("[commentsvc]", ...said);

/** What the page's policy refused of ours, while we look. @type {string[]} */
const refused = [];
document.addEventListener("securitypolicyviolation", (event) => {
  if (event.blockedURI.startsWith(SERVICE.origin)) refused.push(event.effectiveDirective);
});

const elements = [...document.querySelectorAll(OURS.join())];
say(`The script runs. Service: ${SERVICE}; page: ${location.origin}; files: ${FILES}`);
if (!elements.length) warn(`No element of ours stands on this page: <${OURS.join(">, <")}>. Inside another element's shadow root they are not found; see the guide.`);
for (const element of elements) await examine(element);

/** @param {Element} element */
async function examine(element) {
  const story = storyOf(element);
  const name = `<${element.localName}>`;
  if (!story.site) return warn(name, "has no site attribute. It is the key that `commentsvc site list` shows.", element);
  say(name, `stands for site “${story.site}” and ${story.story ? `story “${story.story}”` : `the address ${story.url}`}.`, element);
  if (element.hasAttribute("lazy")) say(name, "is lazy: it loads when the reader comes near.");
  const url = new URL("api/v1/thread", SERVICE);
  url.search = `${new URLSearchParams({ ...story, limit: "1" })}`;
  const response = await fetch(url, { credentials: "omit", cache: "no-store" }).catch(() => null);
  if (!response) return warn(name, await whyNothing(url));
  if (response.ok) return say(name, "The service answers; there is nothing in the way.");
  const { code, detail } = await response.json().catch(() => ({}));
  warn(name, explained(response.status, code, story.site), detail ?? "");
}

/** A browser does not tell scripts why an answer did not come: whether a blind request gets through tells most. @param {URL} url */
async function whyNothing(url) {
  await new Promise((resolve) => setTimeout(resolve)); // the event of a refusal comes after the failure
  if (refused.length) return `This page's Content-Security-Policy forbids it: add ${SERVICE.origin} to ${refused[0]}.`;
  const isThere = await fetch(url, { mode: "no-cors", credentials: "omit", cache: "no-store" }).then(() => true, () => false);
  return isThere
    ? `The service is there, but answers no page of ${location.origin}: the site is unknown, or this origin is not registered. Look with: commentsvc site list; origins are added on the page /admin/sites`
    : `The service cannot be reached at ${SERVICE}. Is it running, is its name right, is its certificate valid, does an https page ask an http service?`;
}

/** @param {number} status @param {string|undefined} code @param {string} site */
function explained(status, code, site) {
  if (code === "unknown_site") return `The service knows no site “${site}”. Its keys: commentsvc site list.`;
  if (code === "origin_not_allowed") return `${location.origin} is not an origin of the site “${site}”.`;
  if (status >= 500) return `The service has a problem (${status}). Its log says more; look with: commentsvc doctor.`;
  return `The service refuses (${status} ${code ?? "without a code"}).`;
}
