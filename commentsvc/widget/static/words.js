// The words of the page's language, and how numbers and dates are said in it. One language a page: words/LANGUAGE.js.

/** Chosen by the entry (embed.js), which has its file on the way already. @type {string} */
export const locale = /** @type {any} */ (globalThis)[Symbol.for("commentsvc")].language;

const page = document.documentElement.lang;
/** A page says its own kind of a language ("en-US", "ar-EG"); English else has the day before the month. */
const kind = isKind(page) ? page : locale === "en" ? "en-GB" : locale;

/** @param {string} tag */
function isKind(tag) {
  try {
    return tag.toLowerCase().startsWith(`${locale}-`) && Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false; // what the page calls its language is no language tag
  }
}

const numbers = new Intl.NumberFormat(kind);
const plurals = new Intl.PluralRules(kind);
const relative = new Intl.RelativeTimeFormat(kind, { numeric: "auto" });
const dates = (/** @type {Intl.DateTimeFormatOptions} */ how) => {
  const format = new Intl.DateTimeFormat(kind, how);
  return (/** @type {string} */ moment) => format.format(new Date(moment));
};

/**
 * What a file of words is handed to speak with. A form of `plural` has # where the number goes.
 * @typedef {object} Say
 * @property {(count: number, forms: Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}) => string} plural
 * @property {(count: number) => string} number
 * @property {(moment: string) => string} weekday on the reader's own clock, as is `hour`
 * @property {(moment: string) => string} hour
 */

/** @type {Say} */
const say = {
  plural: (count, forms) => (forms[plurals.select(count)] ?? forms.other).replace("#", numbers.format(count)),
  number: (count) => numbers.format(count),
  weekday: dates({ weekday: "long" }),
  hour: dates({ timeStyle: "short" }),
};

const day = dates({ dateStyle: "long" });

/** Largest first: the unit and its length in seconds. @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
const A_WEEK = 7 * 86_400;

/** @param {string} moment */
function ago(moment) {
  const seconds = (new Date(moment).getTime() - Date.now()) / 1000;
  if (-seconds > A_WEEK) return day(moment);
  const unit = UNITS.find(([, length]) => -seconds >= length);
  return unit ? relative.format(Math.round(seconds / unit[1]), unit[0]) : words.justNow;
}

/** @typedef {typeof import("./words/en.js")} File */

/** @type {File} */
const file = await import(`./words/${locale}.js`);

/** @type {{ago: typeof ago, day: typeof day, number: Say["number"], fullDate: typeof day} & ReturnType<File["default"]> & ReturnType<File["writing"]>} */
export const words = { ago, day, number: say.number, fullDate: dates({ dateStyle: "full", timeStyle: "short" }), .../** @type {any} */ (file.default(say)) };

/** What only writers are told: the same file again, but for a wheel, which has these words in one of their own. */
export async function learnToWrite() {
  /** @type {File} */
  const file = await import(`./words/${locale}.js`);
  Object.assign(words, file.writing(say));
}
