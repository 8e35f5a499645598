// Turkish. After a number a noun stays in the singular.

/** @type {typeof import("./en.js").default} */

// What every reader is told.

/** @type {typeof import("./en.js").default} */
export default ({ plural, weekday, hour }) => ({
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
  closed: "Yorumlar kapalı.",
  opensAgain: (moment) => `Yorumlar yeniden açılıyor: ${weekday(moment)}, saat ${hour(moment)}.`,

  aboutAuthors: (count) => plural(count, { one: "Yazar hakkında", other: "Yazarlar hakkında" }),
  alsoLike: "Bunlar da ilginizi çekebilir",

  newComments: (count) =>
    plural(count, { one: "# yeni yorum – göster", other: "# yeni yorum – göster" }),
  newOnes: "Yeni yorumlar",
  hideReplies: (count) =>
    plural(count, { one: "# yanıtı gizle", other: "# yanıtı gizle" }),
  showReplies: (count) =>
    plural(count, { one: "# yanıtı göster", other: "# yanıtı göster" }),
  mute: "Sessize al",
  unmute: "Sesini aç",
  muteName: (name) => `Sessize al: ${name}`,
  unmuteName: (name) => `Sesini aç: ${name}`,
  mutedOne: (name) => `Sessize aldığınız kişi: ${name}.`,
  mutedNow: (name) => `${name} adlı kişinin yorumları bu tarayıcıda gizlendi. Başka kimseye bildirilmez.`,
  mutedComments: (count) =>
    plural(count, { one: "# sessize alınmış yorum", other: "# sessize alınmış yorum" }),
  show: "Göster",
  hide: "Gizle",
  formNotLoaded: "Form yüklenemedi.",
  like: "Beğen",
  report: "Bildir",
  reported: "Bildirildi",
  edit: "Düzenle",
  takeBack: "Geri al",
});

// What only those who write are told.

/** @type {typeof import("./en.js").writing} */
export const writing = ({ plural, number, hour }) => ({
  sending: "Gönderiliyor…",
  held: "Teşekkürler. Yorumunuz moderatör onayını bekliyor; o zamana kadar burada yalnızca siz görebilirsiniz.",
  posted: "Yorumunuz yayınlandı.",
  replyToName: "Yanıtlanan:",
  emailNote: "E-posta adresiniz yayınlanmayacak.",
  requiredNote: "Gerekli alanlar * ile işaretlenmiştir",
  heldNote: "Burada her yorum yayınlanmadan önce bir moderatör tarafından okunur.",
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
  cancel: "Vazgeç",

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
  undo: "Vazgeç",
  close: "Kapat",
  waitOver: "Şimdi yeniden deneyebilirsiniz.",
  toolbar: "Biçimlendirme",
  tools: { bold: "Kalın", italic: "İtalik", quote: "Alıntı", code: "Kod", link: "Bağlantı" },
  preview: "Önizleme",
  previewing: "Önizleme hazırlanıyor…",
  counter: (length, limit) => `${number(limit)} karakterden ${number(length)} kullanıldı`,
  editLabel: "Yorumunuz",
  saveEdit: "Kaydet",
  editableUntil: (moment) => `Şu saate kadar kaydedebilirsiniz: ${hour(moment)}.`,
  editDone: "Değişiklikleriniz yayınlandı.",
  editHeld: "Değişiklikleriniz kaydedildi. Yayınlanmadan önce bir moderatör okur; o zamana kadar burada yalnızca siz görebilirsiniz.",
  known: "Adresiniz onaylandı: artık bu tarayıcıda tanınıyorsunuz.",
  notKnown: "Bu tarayıcıda tanınmıyorsunuz: bağlantı çok eskiydi. Lütfen yenisini isteyin.",
  signIn: "Yorum yazmak için giriş yapın",
  takenBack: "Yorumunuz 10 saniye içinde geri alınıyor.",
  notTakenBack: "Yorumunuz geri alınamadı.",
  rejected: "Bir moderatör bu yorumu yayınlamamaya karar verdi – bunu yalnızca siz görebilirsiniz",
  reportOf: (name) => `Yorumu bildir: ${name}`,
  reportWhy: "Sorun nedir?",
  reportReasons: {
    abuse: "Birine saldırıyor ya da hakaret ediyor",
    spam: "Reklam ya da spam",
    hate: "Nefret körüklüyor",
    off_topic: "Haberle ilgisi yok",
    misinformation: "Yanlış bir şeyi gerçek gibi sunuyor",
    private_data: "Birinin özel bilgilerini gösteriyor",
    illegal: "Yasalara aykırı",
    other: "Başka bir şey",
  },
  reportDetails: "Moderatörler neyi bilmeli? (isteğe bağlı)",
  reportNoReason: "Lütfen bir neden seçin.",
  sendReport: "Bildirimi gönder",
  reportThanks: "Teşekkürler",
  reportNext: "Moderatörler bildiriminize bakacak. Başka kimse öğrenmez.",
  wrong: {
    email: "Lütfen posta alabilen bir e-posta adresi girin.",
    website: "Lütfen https://example.com gibi bir web adresi girin.",
    text: "Bu metin gönderilemiyor. Lütfen alışılmadık karakterleri kontrol edin.",
    name: "Bu ad kullanılamıyor. Lütfen başka bir ad girin.",
  },
  problems: {
    too_fast: "Bu biraz fazla hızlı oldu.",
    duplicate: "Aynı şeyi burada daha önce yazdınız.",
    story_closed: "Burada yorumlar kapalı.",
    not_welcome: "Şu anda burada yorum yazamazsınız.",
    origin_not_allowed: "Bu sayfa yorum gönderemez.",
    unknown_site: "Bu sayfa yorum gönderemez.",
    not_found: "Bu yorum artık yok.",
    window_over: "Bu yorumu düzenleme süresi doldu.",
    parent_not_visible: "Yanıtladığınız yorum artık gösterilmiyor.",
    parent_not_in_story: "Yanıtladığınız yorum artık burada değil.",
    too_large: "Bu metin gönderilemeyecek kadar uzun.",
    login_required: "Lütfen önce giriş yapın.",
    unauthorized: "Bu tarayıcı, yorumun size ait olduğunu artık bilmiyor.",
    stale: "Aynı anda değişti. Lütfen yeniden deneyin.",
    unavailable: "Yorum hizmetinde şu anda bir sorun var. Lütfen biraz sonra yeniden deneyin.",
    internal_error: "Yorum hizmetinde şu anda bir sorun var. Lütfen biraz sonra yeniden deneyin.",
    challenge_required: "Programları uzak tutan denetim başarılı olmadı. Lütfen yeniden deneyin.",
    challenge_failed: "Programları uzak tutan denetim başarılı olmadı. Lütfen yeniden deneyin.",
  },
});

export const signing = {
  signInWith: (name) => `${name} ile oturum aç`,
  staySignedIn: "Bu tarayıcıda oturumum açık kalsın",
  windowOpen: "Açılan pencerede oturum açın.",
  windowBlocked: "Tarayıcınız oturum açma penceresini açmadı. Bu sayfanın pencere açmasına izin verip yeniden deneyin.",
  windowClosed: "Oturumunuz açılmadı: pencere kapatıldı.",
  signedInAs: (name) => `${name} olarak oturum açtınız.`,
  signOut: "Oturumu kapat",
};
