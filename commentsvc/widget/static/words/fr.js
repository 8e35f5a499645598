// French.

/** @type {typeof import("./en.js").default} */

// What every reader is told.

/** @type {typeof import("./en.js").default} */
export default ({ plural, weekday, hour }) => ({
  justNow: "à l’instant",

  comments: (count) =>
    count ? plural(count, { one: "# commentaire", many: "# de commentaires", other: "# commentaires" }) : "Aucun commentaire",
  likes: (count) => plural(count, { one: "# j’aime", many: "# de j’aime", other: "# j’aime" }),

  loading: "Chargement des commentaires…",
  notLoaded: "Les commentaires n’ont pas pu être chargés.",
  notLoadedMore: "D’autres commentaires n’ont pas pu être chargés.",
  unreachable: "Le service de commentaires est injoignable. Veuillez vérifier votre connexion.",
  serverTrouble: "Le service de commentaires a un problème en ce moment. Veuillez réessayer un peu plus tard.",
  tryAgain: "Réessayer",

  sortBy: "Trier par",
  sorts: { oldest: "Plus anciens", newest: "Plus récents", liked: "Plus appréciés" },
  loadMore: "Charger plus de commentaires",
  moreReplies: "Afficher plus de réponses",
  linked: "Le commentaire dont vous avez suivi le lien",
  gone: "Le commentaire que vous cherchez n’est pas ici, ou n’y est plus.",

  reply: "Répondre",
  replyTo: (name) => `Répondre à ${name}`,
  inReplyTo: "en réponse à",
  website: "Site web",
  edited: "modifié",
  removed: "Ce commentaire n’est pas affiché.",
  retracted: "Ce commentaire a été retiré par la personne qui l’a écrit.",
  someone: "Quelqu’un",
  badges: { author: "Auteur", staff: "Rédaction", moderator: "Modération", featured: "Choix de la rédaction", pinned: "Épinglé", locked: "Verrouillé" },
  waiting: "En attente de modération – vous seul pouvez voir ceci",

  leaveComment: "Laisser un commentaire",
  closed: "Les commentaires sont fermés.",
  opensAgain: (moment) => `Les commentaires rouvrent ${weekday(moment)} à ${hour(moment)}.`,

  aboutAuthors: (count) =>
    plural(count, { one: "À propos de l’auteur", many: "À propos des auteurs", other: "À propos des auteurs" }),
  alsoLike: "Vous aimerez peut-être aussi",

  newComments: (count) =>
    plural(count, { one: "# nouveau commentaire – afficher", many: "# de nouveaux commentaires – afficher", other: "# nouveaux commentaires – afficher" }),
  newOnes: "Nouveaux commentaires",
  hideReplies: (count) =>
    plural(count, { one: "Masquer # réponse", many: "Masquer # de réponses", other: "Masquer # réponses" }),
  showReplies: (count) =>
    plural(count, { one: "Afficher # réponse", many: "Afficher # de réponses", other: "Afficher # réponses" }),
  mute: "Masquer",
  unmute: "Ne plus masquer",
  muteName: (name) => `Masquer ${name}`,
  unmuteName: (name) => `Ne plus masquer ${name}`,
  mutedOne: (name) => `Vous avez masqué ${name}.`,
  mutedNow: (name) => `Les commentaires de ${name} sont masqués dans ce navigateur. Personne d’autre n’en est informé.`,
  mutedComments: (count) =>
    plural(count, { one: "# commentaire masqué", many: "# de commentaires masqués", other: "# commentaires masqués" }),
  show: "Afficher",
  hide: "Masquer",
  formNotLoaded: "Le formulaire n’a pas pu être chargé.",
  like: "J’aime",
  report: "Signaler",
  reported: "Signalé",
  edit: "Modifier",
  takeBack: "Retirer",
});

// What only those who write are told.

/** @type {typeof import("./en.js").writing} */
export const writing = ({ plural, number, hour }) => ({
  sending: "Envoi…",
  held: "Merci. Votre commentaire attend la modération ; d’ici là, vous seul pouvez le voir ici.",
  posted: "Votre commentaire est publié.",
  replyToName: "Répondre à",
  emailNote: "Votre adresse e-mail ne sera pas publiée.",
  requiredNote: "Les champs obligatoires sont indiqués avec *",
  heldNote: "Ici, chaque commentaire est lu avant de paraître.",
  fields: { text: "Commentaire", name: "Nom", email: "E-mail", website: "Site web" },
  save: "Enregistrer mon nom, mon e-mail et mon site dans ce navigateur pour mon prochain commentaire.",
  notifyMe: "M’envoyer des e-mails",
  notifyNote: "Seulement après confirmation de votre adresse ; chaque message contient un lien pour y mettre fin.",
  notify: {
    none: "Non, merci",
    replies: "Ce que devient mon commentaire, et les réponses qu’il reçoit",
    all: "La même chose, et chaque nouveau commentaire sur cet article",
  },
  post: "Laisser un commentaire",
  cancel: "Annuler",

  checkFields: "Votre commentaire n’a pas encore été envoyé. Veuillez vérifier :",
  missing: {
    text: "Veuillez écrire votre commentaire.",
    name: "Veuillez saisir votre nom.",
    email: "Veuillez saisir votre adresse e-mail.",
    website: "Veuillez saisir votre site web.",
  },
  badEmail: "Veuillez saisir une adresse e-mail comme nom@example.com.",
  badWebsite: "Veuillez saisir une adresse web comme https://example.com.",
  tooLong: (length, limit) => `Veuillez raccourcir ce texte : il a ${number(length)} caractères, la limite est de ${number(limit)}.`,
  wait: (seconds) =>
    plural(seconds, {
      one: "Vous pourrez réessayer dans # seconde.",
      many: "Vous pourrez réessayer dans # de secondes.",
      other: "Vous pourrez réessayer dans # secondes.",
    }),
  earlierArrived: "Une version antérieure de ce texte est déjà arrivée. Vous pouvez envoyer celle-ci comme un commentaire à part.",
  textKept: "Votre texte est toujours là.",
  undo: "Annuler",
  close: "Fermer",
  waitOver: "Vous pouvez réessayer maintenant.",
  toolbar: "Mise en forme",
  tools: { bold: "Gras", italic: "Italique", quote: "Citation", code: "Code", link: "Lien" },
  preview: "Aperçu",
  previewing: "Préparation de l’aperçu…",
  counter: (length, limit) => `${number(length)} caractères sur ${number(limit)}`,
  editLabel: "Votre commentaire",
  saveEdit: "Enregistrer",
  editableUntil: (moment) => `Vous pouvez enregistrer jusqu’à ${hour(moment)}.`,
  editDone: "Vos modifications sont publiées.",
  editHeld: "Vos modifications sont enregistrées. Elles sont lues avant de paraître ; d’ici là, vous seul pouvez les voir ici.",
  known: "Votre adresse est confirmée : vous êtes reconnu dans ce navigateur.",
  notKnown: "Vous n’êtes pas reconnu dans ce navigateur : le lien était trop ancien. Veuillez en demander un autre.",
  signIn: "Se connecter pour commenter",
  takenBack: "Votre commentaire sera retiré dans 10 secondes.",
  notTakenBack: "Votre commentaire n’a pas pu être retiré.",
  rejected: "La modération a décidé de ne pas publier ce commentaire – vous seul pouvez voir ceci",
  reportOf: (name) => `Signaler le commentaire de ${name}`,
  reportWhy: "Quel est le problème ?",
  reportReasons: {
    abuse: "Il attaque ou insulte quelqu’un",
    spam: "C’est de la publicité ou du spam",
    hate: "Il incite à la haine",
    off_topic: "Il n’a rien à voir avec l’article",
    misinformation: "Il présente une chose fausse comme un fait",
    private_data: "Il révèle les données privées de quelqu’un",
    illegal: "Il enfreint la loi",
    other: "Autre chose",
  },
  reportDetails: "Que devraient savoir les modérateurs ? (facultatif)",
  reportNoReason: "Veuillez choisir un motif.",
  sendReport: "Envoyer le signalement",
  reportThanks: "Merci",
  reportNext: "Les modérateurs examinent votre signalement. Personne d’autre n’en est informé.",
  wrong: {
    email: "Veuillez saisir une adresse e-mail qui peut recevoir du courrier.",
    website: "Veuillez saisir une adresse web comme https://example.com.",
    text: "Ce texte ne peut pas être envoyé. Veuillez vérifier s’il contient des caractères inhabituels.",
    name: "Ce nom ne peut pas être utilisé. Veuillez en saisir un autre.",
  },
  problems: {
    too_fast: "C’était un peu trop rapide.",
    duplicate: "Vous avez déjà dit la même chose ici.",
    story_closed: "Les commentaires sont fermés ici.",
    not_welcome: "Vous ne pouvez pas commenter ici pour le moment.",
    origin_not_allowed: "Cette page ne peut pas envoyer de commentaires.",
    unknown_site: "Cette page ne peut pas envoyer de commentaires.",
    not_found: "Ce commentaire n’est plus là.",
    window_over: "Le délai pour modifier ce commentaire est passé.",
    parent_not_visible: "Le commentaire auquel vous répondez n’est plus affiché.",
    parent_not_in_story: "Le commentaire auquel vous répondez n’est plus ici.",
    too_large: "Ce texte est trop long pour être envoyé.",
    login_required: "Veuillez d’abord vous connecter.",
    unauthorized: "Ce navigateur ne sait plus que ce commentaire est le vôtre.",
    stale: "Cela a changé au même moment. Veuillez réessayer.",
    unavailable: "Le service de commentaires a un problème en ce moment. Veuillez réessayer un peu plus tard.",
    internal_error: "Le service de commentaires a un problème en ce moment. Veuillez réessayer un peu plus tard.",
    challenge_required: "La vérification qui écarte les programmes n’a pas réussi. Veuillez réessayer.",
    challenge_failed: "La vérification qui écarte les programmes n’a pas réussi. Veuillez réessayer.",
  },
});

export const signing = {
  signInWith: (name) => `Se connecter avec ${name}`,
  staySignedIn: "Rester connecté dans ce navigateur",
  windowOpen: "Connectez-vous dans la fenêtre qui s’est ouverte.",
  windowBlocked: "Votre navigateur n’a pas ouvert la fenêtre de connexion. Autorisez les fenêtres surgissantes pour cette page, puis réessayez.",
  windowClosed: "Vous n’êtes pas connecté : la fenêtre a été fermée.",
  signedInAs: (name) => `Vous êtes connecté sous le nom de ${name}.`,
  signOut: "Se déconnecter",
};
