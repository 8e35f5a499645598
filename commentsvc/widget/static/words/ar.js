// Arabic. A number has six forms; one and two are said by the noun itself.

/** @type {typeof import("./en.js").default} */
export default ({ plural, number, weekday, hour }) => ({
  direction: "rtl",
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
  replyToName: "الرد على",
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
  emailNote: "لن يتم نشر عنوان بريدك الإلكتروني.",
  requiredNote: "الحقول الإلزامية مشار إليها بـ *",
  heldNote: "يقرأ المشرف كل تعليق هنا قبل ظهوره.",
  closed: "التعليقات مغلقة.",
  opensAgain: (moment) => `تُفتح التعليقات مجددًا يوم ${weekday(moment)} الساعة ${hour(moment)}.`,
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
  posting: "جارٍ الإرسال…",
  cancel: "إلغاء",
  posted: "نُشر تعليقك.",
  held: "شكرًا لك. تعليقك في انتظار المشرف؛ وحتى ذلك الحين لا يراه هنا أحد سواك.",

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
});
