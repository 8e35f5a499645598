// English: every text there is. The other languages have the same keys; a missing one is a failing test.

/** @param {import("../words.js").Say} say */
export default ({ plural, number, weekday, hour }) => ({
  direction: "ltr",
  justNow: "just now",

  /** @param {number} count */
  comments: (count) => (count ? plural(count, { one: "# comment", other: "# comments" }) : "No comments"),
  /** @param {number} count */
  likes: (count) => plural(count, { one: "# like", other: "# likes" }),

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
  replyTo: (name) => `Reply to ${name}`,
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
  /** @param {string} moment */
  opensAgain: (moment) => `Comments open again on ${weekday(moment)} at ${hour(moment)}.`,
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
  tooLong: (length, limit) => `Please shorten this: it has ${number(length)} characters, ${number(limit)} are possible.`,
  /** @param {number} seconds */
  wait: (seconds) => plural(seconds, { one: "You can try again in # second.", other: "You can try again in # seconds." }),
  earlierArrived: "An earlier version of this text has arrived already. You can send this one as a comment of its own.",
  textKept: "Your text is still here.",

  /** @param {number} count */
  aboutAuthors: (count) => plural(count, { one: "About the author", other: "About the authors" }),
  alsoLike: "You may also like",

  // Reading a thread: new comments, hidden replies, muted writers.
  /** @param {number} count */
  newComments: (count) => plural(count, { one: "# new comment – show", other: "# new comments – show" }),
  newOnes: "New comments",
  /** @param {number} count */
  hideReplies: (count) => plural(count, { one: "Hide # reply", other: "Hide # replies" }),
  /** @param {number} count */
  showReplies: (count) => plural(count, { one: "Show # reply", other: "Show # replies" }),
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
  mutedComments: (count) => plural(count, { one: "# muted comment", other: "# muted comments" }),
  show: "Show",
  hide: "Hide",
  formNotLoaded: "The form could not be loaded.",
});
