// French.

/** @type {typeof import("./en.js").default} */
export default ({ plural, number, weekday, hour }) => ({
  direction: "ltr",
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
  replyToName: "Répondre à",
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
  emailNote: "Votre adresse e-mail ne sera pas publiée.",
  requiredNote: "Les champs obligatoires sont indiqués avec *",
  heldNote: "Ici, chaque commentaire est lu avant de paraître.",
  closed: "Les commentaires sont fermés.",
  opensAgain: (moment) => `Les commentaires rouvrent ${weekday(moment)} à ${hour(moment)}.`,
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
  posting: "Envoi…",
  cancel: "Annuler",
  posted: "Votre commentaire est publié.",
  held: "Merci. Votre commentaire attend la modération ; d’ici là, vous seul pouvez le voir ici.",

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

  aboutAuthors: (count) =>
    plural(count, { one: "À propos de l’auteur", many: "À propos des auteurs", other: "À propos des auteurs" }),
  alsoLike: "Vous aimerez peut-être aussi",
});
