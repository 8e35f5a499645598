// Spanish.

/** @type {typeof import("./en.js").default} */

// What every reader is told.

/** @type {typeof import("./en.js").default} */
export default ({ plural, weekday, hour }) => ({
  justNow: "ahora mismo",

  comments: (count) =>
    count ? plural(count, { one: "# comentario", many: "# de comentarios", other: "# comentarios" }) : "Sin comentarios",
  likes: (count) => plural(count, { one: "# me gusta", many: "# de me gusta", other: "# me gusta" }),

  loading: "Cargando comentarios…",
  notLoaded: "No se pudieron cargar los comentarios.",
  notLoadedMore: "No se pudieron cargar más comentarios.",
  unreachable: "No se puede conectar con el servicio de comentarios. Compruebe su conexión.",
  serverTrouble: "El servicio de comentarios tiene un problema en este momento. Inténtelo de nuevo un poco más tarde.",
  tryAgain: "Volver a intentar",

  sortBy: "Ordenar por",
  sorts: { oldest: "Más antiguos", newest: "Más recientes", liked: "Más valorados" },
  loadMore: "Cargar más comentarios",
  moreReplies: "Mostrar más respuestas",
  linked: "El comentario cuyo enlace ha seguido",
  gone: "El comentario que busca no está aquí o ya no está.",

  reply: "Responder",
  replyTo: (name) => `Responder a ${name}`,
  inReplyTo: "en respuesta a",
  website: "Sitio web",
  edited: "editado",
  removed: "Este comentario no se muestra.",
  retracted: "Quien escribió este comentario lo ha retirado.",
  someone: "Alguien",
  badges: { author: "Autor", staff: "Redacción", moderator: "Moderación", featured: "Selección de la redacción", pinned: "Fijado", locked: "Bloqueado" },
  waiting: "Pendiente de moderación: solo usted puede verlo",

  leaveComment: "Deje un comentario",
  closed: "Los comentarios están cerrados.",
  opensAgain: (moment) => `Los comentarios vuelven a abrirse el ${weekday(moment)} a las ${hour(moment)}.`,

  aboutAuthors: (count) =>
    plural(count, { one: "Sobre el autor", many: "Sobre los autores", other: "Sobre los autores" }),
  alsoLike: "También le puede interesar",

  newComments: (count) =>
    plural(count, { one: "# comentario nuevo: mostrar", many: "# de comentarios nuevos: mostrar", other: "# comentarios nuevos: mostrar" }),
  newOnes: "Comentarios nuevos",
  hideReplies: (count) =>
    plural(count, { one: "Ocultar # respuesta", many: "Ocultar # de respuestas", other: "Ocultar # respuestas" }),
  showReplies: (count) =>
    plural(count, { one: "Mostrar # respuesta", many: "Mostrar # de respuestas", other: "Mostrar # respuestas" }),
  mute: "Silenciar",
  unmute: "Dejar de silenciar",
  muteName: (name) => `Silenciar a ${name}`,
  unmuteName: (name) => `Dejar de silenciar a ${name}`,
  mutedOne: (name) => `Ha silenciado a ${name}.`,
  mutedNow: (name) => `Los comentarios de ${name} están ocultos en este navegador. Nadie más lo sabe.`,
  mutedComments: (count) =>
    plural(count, { one: "# comentario silenciado", many: "# de comentarios silenciados", other: "# comentarios silenciados" }),
  show: "Mostrar",
  hide: "Ocultar",
  formNotLoaded: "No se pudo cargar el formulario.",
  like: "Me gusta",
  report: "Denunciar",
  reported: "Denunciado",
  edit: "Editar",
  takeBack: "Retirar",
});

// What only those who write are told.

/** @type {typeof import("./en.js").writing} */
export const writing = ({ plural, number, hour }) => ({
  sending: "Enviando…",
  held: "Gracias. Su comentario está pendiente de moderación; hasta entonces solo usted puede verlo aquí.",
  posted: "Su comentario está publicado.",
  replyToName: "Responder a",
  emailNote: "Su dirección de correo electrónico no será publicada.",
  requiredNote: "Los campos obligatorios están marcados con *",
  heldNote: "Aquí se lee cada comentario antes de que aparezca.",
  fields: { text: "Comentario", name: "Nombre", email: "Correo electrónico", website: "Sitio web" },
  save: "Guardar mi nombre, correo electrónico y sitio web en este navegador para la próxima vez que comente.",
  notifyMe: "Enviarme correos",
  notifyNote: "Solo después de que confirme su dirección; cada correo lleva un enlace para dejar de recibirlos.",
  notify: {
    none: "No, gracias",
    replies: "Qué ocurre con mi comentario y las respuestas que reciba",
    all: "Lo mismo y cada comentario nuevo sobre este artículo",
  },
  post: "Publicar el comentario",
  cancel: "Cancelar",

  checkFields: "Su comentario todavía no se ha enviado. Revise lo siguiente:",
  missing: {
    text: "Escriba su comentario.",
    name: "Escriba su nombre.",
    email: "Escriba su dirección de correo electrónico.",
    website: "Escriba su sitio web.",
  },
  badEmail: "Escriba una dirección de correo como nombre@example.com.",
  badWebsite: "Escriba una dirección web como https://example.com.",
  tooLong: (length, limit) => `Acorte este texto: tiene ${number(length)} caracteres y el máximo es ${number(limit)}.`,
  wait: (seconds) =>
    plural(seconds, {
      one: "Puede volver a intentarlo dentro de # segundo.",
      many: "Puede volver a intentarlo dentro de # de segundos.",
      other: "Puede volver a intentarlo dentro de # segundos.",
    }),
  earlierArrived: "Ya llegó una versión anterior de este texto. Puede enviar esta como un comentario aparte.",
  textKept: "Su texto sigue aquí.",
  undo: "Deshacer",
  close: "Cerrar",
  waitOver: "Ya puede volver a intentarlo.",
  toolbar: "Formato",
  tools: { bold: "Negrita", italic: "Cursiva", quote: "Cita", code: "Código", link: "Enlace" },
  preview: "Vista previa",
  previewing: "Preparando la vista previa…",
  counter: (length, limit) => `${number(length)} de ${number(limit)} caracteres`,
  editLabel: "Su comentario",
  saveEdit: "Guardar",
  editableUntil: (moment) => `Puede guardar hasta las ${hour(moment)}.`,
  editDone: "Sus cambios están publicados.",
  editHeld: "Sus cambios están guardados. Se leen antes de que aparezcan; hasta entonces solo usted puede verlos aquí.",
  known: "Su dirección está confirmada: este navegador ya le reconoce.",
  notKnown: "Este navegador no le reconoce: el enlace era demasiado antiguo. Pida otro, por favor.",
  signIn: "Iniciar sesión para comentar",
  takenBack: "Su comentario se retira dentro de 10 segundos.",
  notTakenBack: "No se pudo retirar su comentario.",
  rejected: "La moderación decidió no publicar este comentario: solo usted puede verlo",
  reportOf: (name) => `Denunciar el comentario de ${name}`,
  reportWhy: "¿Qué tiene de malo?",
  reportReasons: {
    abuse: "Ataca o insulta a alguien",
    spam: "Es publicidad o spam",
    hate: "Incita al odio",
    off_topic: "No tiene nada que ver con el artículo",
    misinformation: "Presenta algo falso como un hecho",
    private_data: "Muestra datos privados de alguien",
    illegal: "Infringe la ley",
    other: "Otra cosa",
  },
  reportDetails: "¿Qué deberían saber los moderadores? (opcional)",
  reportNoReason: "Elija un motivo.",
  sendReport: "Enviar la denuncia",
  reportThanks: "Gracias",
  reportNext: "Los moderadores revisan su denuncia. Nadie más se entera.",
  wrong: {
    email: "Escriba una dirección de correo que pueda recibir mensajes.",
    website: "Escriba una dirección web como https://example.com.",
    text: "Este texto no se puede enviar. Busque caracteres poco habituales.",
    name: "Este nombre no se puede usar. Escriba otro.",
  },
  problems: {
    too_fast: "Ha ido un poco demasiado rápido.",
    duplicate: "Ya ha dicho lo mismo aquí.",
    story_closed: "Los comentarios están cerrados aquí.",
    not_welcome: "En este momento no puede comentar aquí.",
    origin_not_allowed: "Esta página no puede enviar comentarios.",
    unknown_site: "Esta página no puede enviar comentarios.",
    not_found: "Este comentario ya no está.",
    window_over: "El tiempo para editar este comentario ha terminado.",
    parent_not_visible: "El comentario al que responde ya no se muestra.",
    parent_not_in_story: "El comentario al que responde ya no está aquí.",
    too_large: "Este texto es demasiado largo para enviarlo.",
    login_required: "Inicie sesión primero, por favor.",
    unauthorized: "Este navegador ya no sabe que el comentario es suyo.",
    stale: "Ha cambiado en el mismo momento. Inténtelo de nuevo.",
    unavailable: "El servicio de comentarios tiene un problema en este momento. Inténtelo de nuevo un poco más tarde.",
    internal_error: "El servicio de comentarios tiene un problema en este momento. Inténtelo de nuevo un poco más tarde.",
    challenge_required: "La comprobación que impide el paso a los programas no ha funcionado. Inténtelo de nuevo.",
    challenge_failed: "La comprobación que impide el paso a los programas no ha funcionado. Inténtelo de nuevo.",
  },
});

export const signing = {
  signInWith: (name) => `Iniciar sesión con ${name}`,
  staySignedIn: "Mantener la sesión abierta en este navegador",
  windowOpen: "Inicie sesión en la ventana que se ha abierto.",
  windowBlocked: "Su navegador no abrió la ventana para iniciar sesión. Permita las ventanas emergentes en esta página e inténtelo de nuevo.",
  windowClosed: "No ha iniciado sesión: la ventana se cerró.",
  signedInAs: (name) => `Ha iniciado sesión como ${name}.`,
  signOut: "Cerrar sesión",
};
