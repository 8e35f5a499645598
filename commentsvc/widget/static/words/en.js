// English. The other languages have the same keys; a missing one is a failing test.

// What every reader is told.

/** @param {import("../words.js").Say} say */
export default ({ plural, weekday, hour }) => ({
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
  closed: "Comments are closed.",
  /** @param {string} moment */
  opensAgain: (moment) => `Comments open again on ${weekday(moment)} at ${hour(moment)}.`,

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
  like: "Like",
  report: "Report",
  reported: "Reported",
  edit: "Edit",
  takeBack: "Take back",
});

// What only those who write are told.

/** @param {import("../words.js").Say} say */
export const writing = ({ plural, number, hour }) => ({
  sending: "Sending…",
  held: "Thank you. Your comment is waiting for a moderator; until then only you can see it here.",
  posted: "Your comment is published.",
  replyToName: "Reply to",
  emailNote: "Your email address will not be published.",
  requiredNote: "Required fields are marked *",
  heldNote: "A moderator reads every comment here before it appears.",
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
  cancel: "Cancel",

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
  undo: "Undo",
  close: "Close",
  waitOver: "You can try again now.",
  toolbar: "Formatting",
  /** @type {Record<string, string>} */
  tools: { bold: "Bold", italic: "Italic", quote: "Quote", code: "Code", link: "Link" },
  preview: "Preview",
  previewing: "Making the preview…",
  /** @param {number} length @param {number} limit */
  counter: (length, limit) => `${number(length)} of ${number(limit)} characters`,
  editLabel: "Your comment",
  saveEdit: "Save",
  /** On the reader's own clock. @param {string} moment */
  editableUntil: (moment) => `You can save until ${hour(moment)}.`,
  editDone: "Your changes are published.",
  editHeld: "Your changes are saved. A moderator reads them before they appear; until then only you can see them here.",
  known: "Your address is confirmed: you are known in this browser now.",
  notKnown: "You are not known in this browser: the link was too old. Please ask for a new one.",
  signIn: "Sign in to comment",
  takenBack: "Your comment is taken back in 10 seconds.",
  notTakenBack: "Your comment could not be taken back.",
  rejected: "A moderator decided not to publish this comment – only you can see this",
  /** @param {string} name */
  reportOf: (name) => `Report the comment by ${name}`,
  reportWhy: "What is wrong with it?",
  /** @type {Record<string, string>} */
  reportReasons: {
    abuse: "It attacks or insults somebody",
    spam: "It is advertising or spam",
    hate: "It stirs up hatred",
    off_topic: "It has nothing to do with the story",
    misinformation: "It says something false as a fact",
    private_data: "It shows somebody’s private data",
    illegal: "It breaks the law",
    other: "Something else",
  },
  reportDetails: "What should the moderators know? (optional)",
  reportNoReason: "Please choose a reason.",
  sendReport: "Send report",
  reportThanks: "Thank you",
  reportNext: "The moderators look at your report. Nobody else learns of it.",
  /** What the service says of a field and why it refuses, by its codes. It speaks English itself: other languages need all. @type {Record<string, string>} */
  wrong: {},
  /** @type {Record<string, string>} */
  problems: {
    challenge_required: "The check that keeps programs out did not succeed. Please try again.",
    challenge_failed: "The check that keeps programs out did not succeed. Please try again.",
  },
});

// What those are told who may sign in at a provider of the site's.

export const signing = {
  /** @param {string} name */
  signInWith: (name) => `Sign in with ${name}`,
  staySignedIn: "Stay signed in in this browser",
  windowOpen: "Sign in in the window that has opened.",
  windowBlocked: "Your browser did not open the window to sign in. Allow pop-up windows for this page, then try again.",
  windowClosed: "You are not signed in: the window was closed.",
  /** @param {string} name */
  signedInAs: (name) => `You are signed in as ${name}.`,
  signOut: "Sign out",
};
