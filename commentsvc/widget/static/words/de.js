// German.

/** @type {typeof import("./en.js").default} */

// What every reader is told.

/** @type {typeof import("./en.js").default} */
export default ({ plural, weekday, hour }) => ({
  justNow: "gerade eben",

  comments: (count) => (count ? plural(count, { one: "# Kommentar", other: "# Kommentare" }) : "Keine Kommentare"),
  likes: (count) => plural(count, { one: "# „Gefällt mir“", other: "# „Gefällt mir“" }),

  loading: "Kommentare werden geladen …",
  notLoaded: "Die Kommentare konnten nicht geladen werden.",
  notLoadedMore: "Weitere Kommentare konnten nicht geladen werden.",
  unreachable: "Der Kommentardienst ist nicht erreichbar. Bitte prüfen Sie Ihre Verbindung.",
  serverTrouble: "Der Kommentardienst hat gerade eine Störung. Bitte versuchen Sie es etwas später noch einmal.",
  tryAgain: "Noch einmal versuchen",

  sortBy: "Sortieren nach",
  sorts: { oldest: "Älteste zuerst", newest: "Neueste zuerst", liked: "Beliebteste zuerst" },
  loadMore: "Weitere Kommentare laden",
  moreReplies: "Weitere Antworten zeigen",
  linked: "Der Kommentar, zu dem Ihr Link führt",
  gone: "Der gesuchte Kommentar ist nicht oder nicht mehr hier.",

  reply: "Antworten",
  replyTo: (name) => `${name} antworten`,
  inReplyTo: "als Antwort auf",
  website: "Website",
  edited: "bearbeitet",
  removed: "Dieser Kommentar wird nicht gezeigt.",
  retracted: "Dieser Kommentar wurde vom Verfasser zurückgezogen.",
  someone: "Jemand",
  badges: { author: "Autor", staff: "Redaktion", moderator: "Moderation", featured: "Auswahl der Redaktion", pinned: "Angeheftet", locked: "Geschlossen" },
  waiting: "Wartet auf die Moderation – nur Sie können das sehen",

  leaveComment: "Schreiben Sie einen Kommentar",
  closed: "Die Kommentare sind geschlossen.",
  opensAgain: (moment) => `Die Kommentare öffnen wieder am ${weekday(moment)} um ${hour(moment)} Uhr.`,

  aboutAuthors: (count) => plural(count, { one: "Über den Autor", other: "Über die Autoren" }),
  alsoLike: "Das könnte Sie auch interessieren",

  newComments: (count) =>
    plural(count, { one: "# neuer Kommentar – zeigen", other: "# neue Kommentare – zeigen" }),
  newOnes: "Neue Kommentare",
  hideReplies: (count) =>
    plural(count, { one: "# Antwort ausblenden", other: "# Antworten ausblenden" }),
  showReplies: (count) =>
    plural(count, { one: "# Antwort zeigen", other: "# Antworten zeigen" }),
  mute: "Stummschalten",
  unmute: "Wieder zeigen",
  muteName: (name) => `${name} stummschalten`,
  unmuteName: (name) => `${name} wieder zeigen`,
  mutedOne: (name) => `Sie haben ${name} stummgeschaltet.`,
  mutedNow: (name) => `Kommentare von ${name} sind in diesem Browser ausgeblendet. Niemand sonst erfährt davon.`,
  mutedComments: (count) =>
    plural(count, { one: "# stummgeschalteter Kommentar", other: "# stummgeschaltete Kommentare" }),
  show: "Zeigen",
  hide: "Ausblenden",
  formNotLoaded: "Das Formular konnte nicht geladen werden.",
  like: "Gefällt mir",
  report: "Melden",
  reported: "Gemeldet",
  edit: "Bearbeiten",
  takeBack: "Zurückziehen",
});

// What only those who write are told.

/** @type {typeof import("./en.js").writing} */
export const writing = ({ plural, number, hour }) => ({
  sending: "Wird gesendet …",
  held: "Vielen Dank. Ihr Kommentar wartet auf die Moderation; bis dahin können nur Sie ihn hier sehen.",
  posted: "Ihr Kommentar ist veröffentlicht.",
  replyToName: "Antwort an",
  emailNote: "Ihre E-Mail-Adresse wird nicht veröffentlicht.",
  requiredNote: "Erforderliche Felder sind mit * markiert",
  heldNote: "Hier wird jeder Kommentar gelesen, bevor er erscheint.",
  fields: { text: "Kommentar", name: "Name", email: "E-Mail", website: "Website" },
  save: "Meinen Namen, meine E-Mail-Adresse und meine Website in diesem Browser für den nächsten Kommentar speichern.",
  notifyMe: "Mir E-Mails schicken",
  notifyNote: "Erst wenn Sie Ihre Adresse bestätigt haben; jede E-Mail enthält einen Link, der das beendet.",
  notify: {
    none: "Nein, danke",
    replies: "Was aus meinem Kommentar wird und Antworten darauf",
    all: "Dasselbe und jeder neue Kommentar zu diesem Artikel",
  },
  post: "Kommentar abschicken",
  cancel: "Abbrechen",

  checkFields: "Ihr Kommentar wurde noch nicht gesendet. Bitte sehen Sie hier nach:",
  missing: {
    text: "Bitte schreiben Sie Ihren Kommentar.",
    name: "Bitte geben Sie Ihren Namen an.",
    email: "Bitte geben Sie Ihre E-Mail-Adresse an.",
    website: "Bitte geben Sie Ihre Website an.",
  },
  badEmail: "Bitte geben Sie eine E-Mail-Adresse wie name@example.com an.",
  badWebsite: "Bitte geben Sie eine Webadresse wie https://example.com an.",
  tooLong: (length, limit) => `Bitte kürzen Sie das: Es hat ${number(length)} Zeichen, möglich sind ${number(limit)}.`,
  wait: (seconds) =>
    plural(seconds, {
      one: "Sie können es in # Sekunde noch einmal versuchen.",
      other: "Sie können es in # Sekunden noch einmal versuchen.",
    }),
  earlierArrived: "Eine frühere Fassung dieses Textes ist schon angekommen. Sie können diese als eigenen Kommentar senden.",
  textKept: "Ihr Text ist noch da.",
  undo: "Rückgängig",
  close: "Schließen",
  waitOver: "Sie können es jetzt noch einmal versuchen.",
  toolbar: "Formatierung",
  tools: { bold: "Fett", italic: "Kursiv", quote: "Zitat", code: "Code", link: "Link" },
  preview: "Vorschau",
  previewing: "Die Vorschau wird erstellt …",
  counter: (length, limit) => `${number(length)} von ${number(limit)} Zeichen`,
  editLabel: "Ihr Kommentar",
  saveEdit: "Speichern",
  editableUntil: (moment) => `Sie können bis ${hour(moment)} Uhr speichern.`,
  editDone: "Ihre Änderungen sind veröffentlicht.",
  editHeld: "Ihre Änderungen sind gespeichert. Die Moderation liest sie, bevor sie erscheinen; bis dahin können nur Sie sie hier sehen.",
  known: "Ihre Adresse ist bestätigt: Sie sind in diesem Browser jetzt bekannt.",
  notKnown: "Sie sind in diesem Browser nicht bekannt: Der Link war zu alt. Bitte fordern Sie einen neuen an.",
  signIn: "Zum Kommentieren anmelden",
  takenBack: "Ihr Kommentar wird in 10 Sekunden zurückgezogen.",
  notTakenBack: "Ihr Kommentar konnte nicht zurückgezogen werden.",
  rejected: "Die Moderation hat entschieden, diesen Kommentar nicht zu veröffentlichen – nur Sie können das sehen",
  reportOf: (name) => `Den Kommentar von ${name} melden`,
  reportWhy: "Was stimmt damit nicht?",
  reportReasons: {
    abuse: "Er greift jemanden an oder beleidigt ihn",
    spam: "Er ist Werbung oder Spam",
    hate: "Er schürt Hass",
    off_topic: "Er hat nichts mit dem Artikel zu tun",
    misinformation: "Er gibt Falsches als Tatsache aus",
    private_data: "Er zeigt private Daten von jemandem",
    illegal: "Er verstößt gegen das Gesetz",
    other: "Etwas anderes",
  },
  reportDetails: "Was sollte die Moderation wissen? (freiwillig)",
  reportNoReason: "Bitte wählen Sie einen Grund.",
  sendReport: "Meldung abschicken",
  reportThanks: "Vielen Dank",
  reportNext: "Die Moderation sieht sich Ihre Meldung an. Sonst erfährt niemand davon.",
  wrong: {
    email: "Bitte geben Sie eine E-Mail-Adresse an, die Post empfangen kann.",
    website: "Bitte geben Sie eine Webadresse wie https://example.com an.",
    text: "Dieser Text kann nicht gesendet werden. Bitte achten Sie auf ungewöhnliche Zeichen.",
    name: "Dieser Name kann nicht verwendet werden. Bitte geben Sie einen anderen an.",
  },
  problems: {
    too_fast: "Das war etwas zu schnell.",
    duplicate: "Das haben Sie hier schon einmal gesagt.",
    story_closed: "Die Kommentare sind hier geschlossen.",
    not_welcome: "Sie können hier im Moment nicht kommentieren.",
    origin_not_allowed: "Diese Seite darf keine Kommentare senden.",
    unknown_site: "Diese Seite darf keine Kommentare senden.",
    not_found: "Dieser Kommentar ist nicht mehr da.",
    window_over: "Die Zeit, diesen Kommentar zu bearbeiten, ist vorbei.",
    parent_not_visible: "Der Kommentar, auf den Sie antworten, wird nicht mehr gezeigt.",
    parent_not_in_story: "Der Kommentar, auf den Sie antworten, ist nicht mehr hier.",
    too_large: "Dieser Text ist zu lang, um gesendet zu werden.",
    login_required: "Bitte melden Sie sich zuerst an.",
    unauthorized: "Dieser Browser weiß nicht mehr, dass der Kommentar von Ihnen ist.",
    stale: "Das hat sich im selben Augenblick geändert. Bitte versuchen Sie es noch einmal.",
    unavailable: "Der Kommentardienst hat gerade eine Störung. Bitte versuchen Sie es etwas später noch einmal.",
    internal_error: "Der Kommentardienst hat gerade eine Störung. Bitte versuchen Sie es etwas später noch einmal.",
    challenge_required: "Die Prüfung, die Programme fernhält, ist nicht gelungen. Bitte versuchen Sie es noch einmal.",
    challenge_failed: "Die Prüfung, die Programme fernhält, ist nicht gelungen. Bitte versuchen Sie es noch einmal.",
  },
});

export const signing = {
  signInWith: (name) => `Mit ${name} anmelden`,
  staySignedIn: "In diesem Browser angemeldet bleiben",
  windowOpen: "Melden Sie sich in dem Fenster an, das sich geöffnet hat.",
  windowBlocked: "Ihr Browser hat das Fenster zum Anmelden nicht geöffnet. Erlauben Sie dieser Seite Pop-up-Fenster und versuchen Sie es dann noch einmal.",
  windowClosed: "Sie sind nicht angemeldet: Das Fenster wurde geschlossen.",
  signedInAs: (name) => `Sie sind als ${name} angemeldet.`,
  signOut: "Abmelden",
};
