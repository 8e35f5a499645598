// Every text the elements show, in English, and how numbers and dates are said.

export const locale = "en";

const numbers = new Intl.NumberFormat(locale);
const plurals = new Intl.PluralRules(locale);
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
// A page in some English says its own kind ("en-US"); else day before month, as most of the world writes it.
const page = document.documentElement.lang;
const dates = /^en-/i.test(page) && Intl.DateTimeFormat.supportedLocalesOf(page).length ? page : "en-GB";
const day = new Intl.DateTimeFormat(dates, { dateStyle: "long" });
const dayAndHour = new Intl.DateTimeFormat(dates, { dateStyle: "full", timeStyle: "short" });

const weekday = new Intl.DateTimeFormat(dates, { weekday: "long" });
const hour = new Intl.DateTimeFormat(dates, { timeStyle: "short" });

/** @param {number} count @param {string} one @param {string} many */
const counted = (count, one, many) => `${numbers.format(count)} ${plurals.select(count) === "one" ? one : many}`;

/** Largest first: the unit and its length in seconds. @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
const A_WEEK = 7 * 86_400;

/** @param {string} moment */
function ago(moment) {
  const seconds = (new Date(moment).getTime() - Date.now()) / 1000;
  if (-seconds > A_WEEK) return day.format(new Date(moment));
  const unit = UNITS.find(([, length]) => -seconds >= length);
  return unit ? relative.format(Math.round(seconds / unit[1]), unit[0]) : words.justNow;
}

export const words = {
  ago,
  /** @param {string} moment */
  day: (moment) => day.format(new Date(moment)),
  /** @param {string} moment */
  fullDate: (moment) => dayAndHour.format(new Date(moment)),
  justNow: "just now",

  /** @param {number} count */
  comments: (count) => (count ? counted(count, "comment", "comments") : "No comments"),
  /** @param {number} count */
  likes: (count) => counted(count, "like", "likes"),

  loading: "Loading comments…",
  notLoaded: "The comments could not be loaded.",
  notLoadedMore: "More comments could not be loaded.",
  unreachable: "The comment service cannot be reached. Please check your connection.",
  serverTrouble: "The comment service has a problem at the moment. Please try again a little later.",
  tryAgain: "Try again",

  sortBy: "Sort by",
  /** @type {Record<string, string>} */
  sorts: { oldest: "Oldest", newest: "Newest", liked: "Most liked" },
  loadMore: "Load more comments",
  moreReplies: "Show more replies",
  linked: "The comment you followed a link to",
  gone: "The comment you are looking for is not here, or not any more.",

  reply: "Reply",
  replyToName: "Reply to",
  /** @param {string} name */
  replyTo: (name) => `${words.replyToName} ${name}`,
  inReplyTo: "in reply to",
  website: "Website",
  edited: "edited",
  removed: "This comment is not shown.",
  retracted: "This comment was taken back by its writer.",
  someone: "Someone",
  /** What a badge is called; one that is not listed here is shown as it comes. @type {Record<string, string>} */
  badges: { author: "Author", staff: "Staff", moderator: "Moderator", featured: "Editors’ pick", pinned: "Pinned", locked: "Locked" },
  waiting: "Waiting for a moderator – only you can see this",

  leaveComment: "Leave a comment",
  emailNote: "Your email address will not be published.",
  requiredNote: "Required fields are marked *",
  heldNote: "A moderator reads every comment here before it appears.",
  closed: "Comments are closed.",
  /** On the reader's own clock. @param {string} moment */
  opensAgain: (moment) => `Comments open again on ${weekday.format(new Date(moment))} at ${hour.format(new Date(moment))}.`,
  /** @type {Record<string, string>} */
  fields: { text: "Comment", name: "Name", email: "Email", website: "Website" },
  save: "Save my name, email, and website in this browser for the next time I comment.",
  notifyMe: "Send me mail",
  notifyNote: "Only after you confirm your address; every mail has a link that ends it.",
  /** @type {Record<string, string>} */
  notify: {
    none: "No, thank you",
    replies: "What becomes of my comment, and replies to it",
    all: "The same, and every new comment on this story",
  },
  post: "Post Comment",
  posting: "Posting…",
  cancel: "Cancel",
  posted: "Your comment is published.",
  held: "Thank you. Your comment is waiting for a moderator; until then only you can see it here.",

  checkFields: "Your comment was not sent yet. Please look at:",
  /** @type {Record<string, string>} */
  missing: {
    text: "Please write your comment.",
    name: "Please enter your name.",
    email: "Please enter your email address.",
    website: "Please enter your website.",
  },
  badEmail: "Please enter an email address such as name@example.com.",
  badWebsite: "Please enter a web address such as https://example.com.",
  /** @param {number} length @param {number} limit */
  tooLong: (length, limit) =>
    `Please shorten this: it has ${numbers.format(length)} characters, ${numbers.format(limit)} are possible.`,
  /** @param {number} seconds */
  wait: (seconds) => `You can try again in ${counted(seconds, "second", "seconds")}.`,
  earlierArrived: "An earlier version of this text has arrived already. You can send this one as a comment of its own.",
  textKept: "Your text is still here.",

  /** @param {number} count */
  aboutAuthors: (count) => (count === 1 ? "About the author" : "About the authors"),
  alsoLike: "You may also like",

  // Reading a thread: new comments, hidden replies, muted writers.
  /** @param {number} count */
  newComments: (count) => `${counted(count, "new comment", "new comments")} – show`,
  newOnes: "New comments",
  /** @param {number} count */
  hideReplies: (count) => `Hide ${counted(count, "reply", "replies")}`,
  /** @param {number} count */
  showReplies: (count) => `Show ${counted(count, "reply", "replies")}`,
  mute: "Mute",
  unmute: "Unmute",
  /** @param {string} name */
  muteName: (name) => `Mute ${name}`,
  /** @param {string} name */
  unmuteName: (name) => `Unmute ${name}`,
  /** @param {string} name */
  mutedOne: (name) => `You muted ${name}.`,
  /** @param {string} name */
  mutedNow: (name) => `Comments by ${name} are hidden in this browser. Nobody else is told.`,
  /** @param {number} count */
  mutedComments: (count) => counted(count, "muted comment", "muted comments"),
  show: "Show",
  hide: "Hide",
  formNotLoaded: "The form could not be loaded.",
};
