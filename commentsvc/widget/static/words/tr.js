// Turkish. After a number a noun stays in the singular.

/** @type {typeof import("./en.js").default} */
export default ({ plural, number, weekday, hour }) => ({
  direction: "ltr",
  justNow: "az önce",

  comments: (count) => (count ? plural(count, { one: "# yorum", other: "# yorum" }) : "Yorum yok"),
  likes: (count) => plural(count, { one: "# beğeni", other: "# beğeni" }),

  loading: "Yorumlar yükleniyor…",
  notLoaded: "Yorumlar yüklenemedi.",
  notLoadedMore: "Daha fazla yorum yüklenemedi.",
  unreachable: "Yorum hizmetine ulaşılamıyor. Lütfen bağlantınızı kontrol edin.",
  serverTrouble: "Yorum hizmetinde şu anda bir sorun var. Lütfen biraz sonra yeniden deneyin.",
  tryAgain: "Yeniden dene",

  sortBy: "Sıralama",
  sorts: { oldest: "En eski", newest: "En yeni", liked: "En çok beğenilen" },
  loadMore: "Daha fazla yorum yükle",
  moreReplies: "Daha fazla yanıt göster",
  linked: "Bağlantısını izlediğiniz yorum",
  gone: "Aradığınız yorum burada değil ya da artık burada değil.",

  reply: "Yanıtla",
  replyToName: "Yanıtlanan:",
  replyTo: (name) => `Yanıtla: ${name}`,
  inReplyTo: "yanıtlanan:",
  website: "Web sitesi",
  edited: "düzenlendi",
  removed: "Bu yorum gösterilmiyor.",
  retracted: "Bu yorum, yazarı tarafından geri alındı.",
  someone: "Biri",
  badges: { author: "Yazar", staff: "Ekip", moderator: "Moderatör", featured: "Editörün seçimi", pinned: "Sabitlendi", locked: "Kilitli" },
  waiting: "Moderatör bekleniyor – bunu yalnızca siz görebilirsiniz",

  leaveComment: "Bir yorum yazın",
  emailNote: "E-posta adresiniz yayınlanmayacak.",
  requiredNote: "Gerekli alanlar * ile işaretlenmiştir",
  heldNote: "Burada her yorum yayınlanmadan önce bir moderatör tarafından okunur.",
  closed: "Yorumlar kapalı.",
  opensAgain: (moment) => `Yorumlar yeniden açılıyor: ${weekday(moment)}, saat ${hour(moment)}.`,
  fields: { text: "Yorum", name: "Ad", email: "E-posta", website: "Web sitesi" },
  save: "Bir dahaki sefere yorum yaptığımda kullanılmak üzere adımı, e-posta adresimi ve web sitemi bu tarayıcıya kaydet.",
  notifyMe: "Bana e-posta gönder",
  notifyNote: "Yalnızca adresinizi onayladıktan sonra; her e-postada bunu sonlandıran bir bağlantı vardır.",
  notify: {
    none: "Hayır, teşekkürler",
    replies: "Yorumumun sonucu ve ona gelen yanıtlar",
    all: "Aynısı ve bu haberdeki her yeni yorum",
  },
  post: "Yorum gönder",
  posting: "Gönderiliyor…",
  cancel: "Vazgeç",
  posted: "Yorumunuz yayınlandı.",
  held: "Teşekkürler. Yorumunuz moderatör onayını bekliyor; o zamana kadar burada yalnızca siz görebilirsiniz.",

  checkFields: "Yorumunuz henüz gönderilmedi. Lütfen şunlara bakın:",
  missing: {
    text: "Lütfen yorumunuzu yazın.",
    name: "Lütfen adınızı girin.",
    email: "Lütfen e-posta adresinizi girin.",
    website: "Lütfen web sitenizi girin.",
  },
  badEmail: "Lütfen ad@example.com gibi bir e-posta adresi girin.",
  badWebsite: "Lütfen https://example.com gibi bir web adresi girin.",
  tooLong: (length, limit) => `Lütfen kısaltın: ${number(length)} karakter var, en çok ${number(limit)} olabilir.`,
  wait: (seconds) =>
    plural(seconds, { one: "# saniye sonra yeniden deneyebilirsiniz.", other: "# saniye sonra yeniden deneyebilirsiniz." }),
  earlierArrived: "Bu metnin daha önceki bir hâli zaten ulaştı. Bunu ayrı bir yorum olarak gönderebilirsiniz.",
  textKept: "Metniniz hâlâ burada.",

  aboutAuthors: (count) => plural(count, { one: "Yazar hakkında", other: "Yazarlar hakkında" }),
  alsoLike: "Bunlar da ilginizi çekebilir",
});
