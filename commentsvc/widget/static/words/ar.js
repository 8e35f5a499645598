// Arabic. A number has six forms; one and two are said by the noun itself.

/** @type {typeof import("./en.js").default} */

// What every reader is told.

/** @type {typeof import("./en.js").default} */
export default ({ plural, weekday, hour }) => ({
  justNow: "الآن",

  comments: (count) =>
    plural(count, {
      zero: "لا توجد تعليقات",
      one: "تعليق واحد",
      two: "تعليقان",
      few: "# تعليقات",
      many: "# تعليقًا",
      other: "# تعليق",
    }),
  likes: (count) =>
    plural(count, {
      zero: "لا إعجابات",
      one: "إعجاب واحد",
      two: "إعجابان",
      few: "# إعجابات",
      many: "# إعجابًا",
      other: "# إعجاب",
    }),

  loading: "جارٍ تحميل التعليقات…",
  notLoaded: "تعذّر تحميل التعليقات.",
  notLoadedMore: "تعذّر تحميل المزيد من التعليقات.",
  unreachable: "يتعذّر الوصول إلى خدمة التعليقات. يرجى التحقق من اتصالك.",
  serverTrouble: "تواجه خدمة التعليقات مشكلة في الوقت الحالي. يرجى المحاولة مرة أخرى بعد قليل.",
  tryAgain: "حاول مرة أخرى",

  sortBy: "الترتيب حسب",
  sorts: { oldest: "الأقدم", newest: "الأحدث", liked: "الأكثر إعجابًا" },
  loadMore: "تحميل المزيد من التعليقات",
  moreReplies: "عرض المزيد من الردود",
  linked: "التعليق الذي اتبعت رابطه",
  gone: "التعليق الذي تبحث عنه ليس هنا، أو لم يعد هنا.",

  reply: "رد",
  replyTo: (name) => `الرد على ${name}`,
  inReplyTo: "ردًا على",
  website: "الموقع الإلكتروني",
  edited: "معدَّل",
  removed: "هذا التعليق غير معروض.",
  retracted: "سحب الكاتب هذا التعليق.",
  someone: "شخص ما",
  badges: { author: "الكاتب", staff: "فريق التحرير", moderator: "مشرف", featured: "اختيار المحررين", pinned: "مثبَّت", locked: "مغلق" },
  waiting: "في انتظار المشرف – لا يراه أحد سواك",

  leaveComment: "اترك تعليقًا",
  closed: "التعليقات مغلقة.",
  opensAgain: (moment) => `تُفتح التعليقات مجددًا يوم ${weekday(moment)} الساعة ${hour(moment)}.`,

  aboutAuthors: (count) =>
    plural(count, {
      zero: "عن الكاتب",
      one: "عن الكاتب",
      two: "عن الكاتبَين",
      few: "عن الكتّاب",
      many: "عن الكتّاب",
      other: "عن الكتّاب",
    }),
  alsoLike: "قد يعجبك أيضًا",

  newComments: (count) =>
    plural(count, { zero: "لا تعليقات جديدة", one: "تعليق جديد واحد – عرض", two: "تعليقان جديدان – عرض", few: "# تعليقات جديدة – عرض", many: "# تعليقًا جديدًا – عرض", other: "# تعليق جديد – عرض" }),
  newOnes: "تعليقات جديدة",
  hideReplies: (count) =>
    plural(count, { zero: "إخفاء الردود", one: "إخفاء رد واحد", two: "إخفاء ردَّين", few: "إخفاء # ردود", many: "إخفاء # ردًا", other: "إخفاء # رد" }),
  showReplies: (count) =>
    plural(count, { zero: "عرض الردود", one: "عرض رد واحد", two: "عرض ردَّين", few: "عرض # ردود", many: "عرض # ردًا", other: "عرض # رد" }),
  mute: "كتم",
  unmute: "إلغاء الكتم",
  muteName: (name) => `كتم ${name}`,
  unmuteName: (name) => `إلغاء كتم ${name}`,
  mutedOne: (name) => `لقد كتمت ${name}.`,
  mutedNow: (name) => `تعليقات ${name} مخفية في هذا المتصفح. لن يُبلَّغ أحد بذلك.`,
  mutedComments: (count) =>
    plural(count, { zero: "لا تعليقات مكتومة", one: "تعليق مكتوم واحد", two: "تعليقان مكتومان", few: "# تعليقات مكتومة", many: "# تعليقًا مكتومًا", other: "# تعليق مكتوم" }),
  show: "عرض",
  hide: "إخفاء",
  formNotLoaded: "تعذّر تحميل النموذج.",
  like: "أعجبني",
  report: "إبلاغ",
  reported: "تم الإبلاغ",
  edit: "تعديل",
  takeBack: "سحب",
});

// What only those who write are told.

/** @type {typeof import("./en.js").writing} */
export const writing = ({ plural, number, hour }) => ({
  sending: "جارٍ الإرسال…",
  held: "شكرًا لك. تعليقك في انتظار المشرف؛ وحتى ذلك الحين لا يراه هنا أحد سواك.",
  posted: "نُشر تعليقك.",
  replyToName: "الرد على",
  emailNote: "لن يتم نشر عنوان بريدك الإلكتروني.",
  requiredNote: "الحقول الإلزامية مشار إليها بـ *",
  heldNote: "يقرأ المشرف كل تعليق هنا قبل ظهوره.",
  fields: { text: "التعليق", name: "الاسم", email: "البريد الإلكتروني", website: "الموقع الإلكتروني" },
  save: "احفظ اسمي وبريدي الإلكتروني وموقعي في هذا المتصفح لاستخدامها في المرة المقبلة في تعليقي.",
  notifyMe: "أرسلوا إليّ رسائل بريد",
  notifyNote: "فقط بعد أن تؤكد عنوانك؛ وفي كل رسالة رابط يوقفها.",
  notify: {
    none: "لا، شكرًا",
    replies: "ما يؤول إليه تعليقي، والردود عليه",
    all: "الأمر نفسه، وكل تعليق جديد على هذا المقال",
  },
  post: "إرسال التعليق",
  cancel: "إلغاء",

  checkFields: "لم يُرسل تعليقك بعد. يرجى مراجعة ما يلي:",
  missing: {
    text: "يرجى كتابة تعليقك.",
    name: "يرجى إدخال اسمك.",
    email: "يرجى إدخال عنوان بريدك الإلكتروني.",
    website: "يرجى إدخال موقعك الإلكتروني.",
  },
  badEmail: "يرجى إدخال عنوان بريد إلكتروني مثل name@example.com.",
  badWebsite: "يرجى إدخال عنوان موقع مثل https://example.com.",
  tooLong: (length, limit) => `يرجى اختصار هذا النص: عدد أحرفه ${number(length)} والحد الأقصى ${number(limit)}.`,
  wait: (seconds) =>
    plural(seconds, {
      zero: "يمكنك المحاولة مرة أخرى الآن.",
      one: "يمكنك المحاولة مرة أخرى بعد ثانية واحدة.",
      two: "يمكنك المحاولة مرة أخرى بعد ثانيتين.",
      few: "يمكنك المحاولة مرة أخرى بعد # ثوانٍ.",
      many: "يمكنك المحاولة مرة أخرى بعد # ثانية.",
      other: "يمكنك المحاولة مرة أخرى بعد # ثانية.",
    }),
  earlierArrived: "وصلت نسخة سابقة من هذا النص بالفعل. يمكنك إرسال هذه النسخة تعليقًا مستقلًا.",
  textKept: "نصك ما زال هنا.",
  undo: "تراجع",
  close: "إغلاق",
  waitOver: "يمكنك المحاولة مرة أخرى الآن.",
  toolbar: "التنسيق",
  tools: { bold: "عريض", italic: "مائل", quote: "اقتباس", code: "شيفرة", link: "رابط" },
  preview: "معاينة",
  previewing: "جارٍ إعداد المعاينة…",
  counter: (length, limit) => `${number(length)} من ${number(limit)} حرف`,
  editLabel: "تعليقك",
  saveEdit: "حفظ",
  editableUntil: (moment) => `يمكنك الحفظ حتى الساعة ${hour(moment)}.`,
  editDone: "نُشرت تعديلاتك.",
  editHeld: "حُفظت تعديلاتك. يقرؤها المشرف قبل ظهورها؛ وحتى ذلك الحين لا يراها هنا أحد سواك.",
  known: "تأكّد عنوانك: أصبحت معروفًا في هذا المتصفح.",
  notKnown: "لست معروفًا في هذا المتصفح: كان الرابط قديمًا. اطلب رابطًا جديدًا من فضلك.",
  signIn: "سجّل الدخول للتعليق",
  takenBack: "سيُسحب تعليقك خلال 10 ثوانٍ.",
  notTakenBack: "تعذّر سحب تعليقك.",
  rejected: "قرر المشرف عدم نشر هذا التعليق – لا يراه أحد سواك",
  reportOf: (name) => `الإبلاغ عن تعليق ${name}`,
  reportWhy: "ما المشكلة فيه؟",
  reportReasons: {
    abuse: "يهاجم شخصًا أو يهينه",
    spam: "إعلان أو رسالة مزعجة",
    hate: "يحرّض على الكراهية",
    off_topic: "لا علاقة له بالمقال",
    misinformation: "يقدّم معلومة خاطئة على أنها حقيقة",
    private_data: "يكشف بيانات خاصة بشخص ما",
    illegal: "يخالف القانون",
    other: "شيء آخر",
  },
  reportDetails: "ما الذي ينبغي أن يعرفه المشرفون؟ (اختياري)",
  reportNoReason: "يرجى اختيار سبب.",
  sendReport: "إرسال البلاغ",
  reportThanks: "شكرًا لك",
  reportNext: "سينظر المشرفون في بلاغك. ولن يعلم به أحد غيرهم.",
  wrong: {
    email: "يرجى إدخال عنوان بريد إلكتروني يمكنه استقبال الرسائل.",
    website: "يرجى إدخال عنوان موقع مثل https://example.com.",
    text: "لا يمكن إرسال هذا النص. يرجى البحث عن أحرف غير مألوفة.",
    name: "لا يمكن استخدام هذا الاسم. يرجى إدخال اسم آخر.",
  },
  problems: {
    too_fast: "كان ذلك أسرع قليلًا من اللازم.",
    duplicate: "سبق أن قلت الشيء نفسه هنا.",
    story_closed: "التعليقات مغلقة هنا.",
    not_welcome: "لا يمكنك التعليق هنا في الوقت الحالي.",
    origin_not_allowed: "لا يمكن لهذه الصفحة إرسال تعليقات.",
    unknown_site: "لا يمكن لهذه الصفحة إرسال تعليقات.",
    not_found: "لم يعد هذا التعليق موجودًا.",
    window_over: "انتهى وقت تعديل هذا التعليق.",
    parent_not_visible: "لم يعد التعليق الذي ترد عليه معروضًا.",
    parent_not_in_story: "لم يعد التعليق الذي ترد عليه هنا.",
    too_large: "هذا النص أطول من أن يُرسل.",
    login_required: "سجّل الدخول أولًا من فضلك.",
    unauthorized: "لم يعد هذا المتصفح يعرف أن التعليق لك.",
    stale: "تغيّر ذلك في اللحظة نفسها. يرجى المحاولة مرة أخرى.",
    unavailable: "تواجه خدمة التعليقات مشكلة في الوقت الحالي. يرجى المحاولة مرة أخرى بعد قليل.",
    internal_error: "تواجه خدمة التعليقات مشكلة في الوقت الحالي. يرجى المحاولة مرة أخرى بعد قليل.",
    challenge_required: "لم ينجح التحقق الذي يُبعد البرامج. يرجى المحاولة مرة أخرى.",
    challenge_failed: "لم ينجح التحقق الذي يُبعد البرامج. يرجى المحاولة مرة أخرى.",
  },
});

export const signing = {
  signInWith: (name) => `تسجيل الدخول عبر \u2068${name}\u2069`,
  staySignedIn: "إبقائي مسجّل الدخول في هذا المتصفح",
  windowOpen: "سجّل الدخول في النافذة التي فُتحت.",
  windowBlocked: "لم يفتح متصفحك نافذة تسجيل الدخول. اسمح لهذه الصفحة بفتح النوافذ المنبثقة ثم حاول مجددًا.",
  windowClosed: "لم يتم تسجيل دخولك: أُغلقت النافذة.",
  signedInAs: (name) => `لقد سجّلت الدخول باسم \u2068${name}\u2069.`,
  signOut: "تسجيل الخروج",
};
