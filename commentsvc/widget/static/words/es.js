// Spanish.

/** @type {typeof import("./en.js").default} */
export default ({ plural, number, weekday, hour }) => ({
  direction: "ltr",
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
  replyToName: "Responder a",
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
  emailNote: "Su dirección de correo electrónico no será publicada.",
  requiredNote: "Los campos obligatorios están marcados con *",
  heldNote: "Aquí se lee cada comentario antes de que aparezca.",
  closed: "Los comentarios están cerrados.",
  opensAgain: (moment) => `Los comentarios vuelven a abrirse el ${weekday(moment)} a las ${hour(moment)}.`,
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
  posting: "Enviando…",
  cancel: "Cancelar",
  posted: "Su comentario está publicado.",
  held: "Gracias. Su comentario está pendiente de moderación; hasta entonces solo usted puede verlo aquí.",

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

  aboutAuthors: (count) =>
    plural(count, { one: "Sobre el autor", many: "Sobre los autores", other: "Sobre los autores" }),
  alsoLike: "También le puede interesar",
});
