// German.

/** @type {typeof import("./en.js").default} */
export default ({ plural, number, weekday, hour }) => ({
  direction: "ltr",
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
  replyToName: "Antwort an",
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
  emailNote: "Ihre E-Mail-Adresse wird nicht veröffentlicht.",
  requiredNote: "Erforderliche Felder sind mit * markiert",
  heldNote: "Hier wird jeder Kommentar gelesen, bevor er erscheint.",
  closed: "Die Kommentare sind geschlossen.",
  opensAgain: (moment) => `Die Kommentare öffnen wieder am ${weekday(moment)} um ${hour(moment)} Uhr.`,
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
  posting: "Wird gesendet …",
  cancel: "Abbrechen",
  posted: "Ihr Kommentar ist veröffentlicht.",
  held: "Vielen Dank. Ihr Kommentar wartet auf die Moderation; bis dahin können nur Sie ihn hier sehen.",

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

  aboutAuthors: (count) => plural(count, { one: "Über den Autor", other: "Über die Autoren" }),
  alsoLike: "Das könnte Sie auch interessieren",
});
