// Finds what could say who a patient is in a free text: the same finds as lms/core/identifiers.py, in the browser.
//
// Contract. A pure module: no page, no network, no storage, nothing but the text it is given, so that a service worker
// may cache it and a form that is filled in without a signal may use it.
//
//   findIdentifiers(text)  a list of { kind, start, end } in reading order and without overlaps. `kind` is "nhs-number",
//                          "email", "phone", "date-of-birth", "incident-number", "postcode" or "name"; `start` and `end`
//                          are places for text.slice(start, end). Only the first 25,000 characters are looked at.
//   isNhsNumber(digits)    whether ten digits carry the right check digit.
//   describe(kind)         the kind as it stands in a sentence: "a postcode".
//   LONGEST                how many characters a free text may have; a longer one is refused unread by the server.
//
// What a page must do with it: a text in which an "nhs-number" is found is never kept on the device and never sent, not
// even once confirmed. Any other find is held back, also from a draft on the device, until the writer has said that
// nobody can be identified; the server then wants `no_identifiers`. A find may be wrong, and no find proves nothing: the
// server looks again at all it is sent. A find is shown to its writer beside the text, and never logged.
//
// A change of a pattern is made in lms/core/identifier_patterns.py as well; a test runs the corpus through both.

export const LONGEST = 25000;

const KIND_WORDS = {
  "nhs-number": "an NHS number",
  email: "an email address",
  phone: "a phone number",
  "date-of-birth": "a date of birth",
  "incident-number": "an incident number",
  postcode: "a postcode",
  name: "a title and surname",
};

export const describe = (kind) => KIND_WORDS[kind];

export function isNhsNumber(digits) {
  if (!/^[0-9]{10}$/.test(digits)) return false;
  const sum = [...digits].slice(0, 9).reduce((total, digit, place) => total + Number(digit) * (10 - place), 0);
  return (11 - (sum % 11)) % 11 === Number(digits[9]);
}

export function findIdentifiers(text) {
  const chars = [...text].slice(0, LONGEST);
  // One unit for each character, whatever it takes in `text`.
  const read = chars.map(plainly).join("").replace(MARKUP, (found) => " ".repeat(found.length));
  const kept = [];
  for (const [kind, finder] of FINDERS) {
    for (const [start, end] of finder(read)) {
      if (kept.every((other) => end <= other.start || start >= other.end)) kept.push({ kind, start, end });
    }
  }
  kept.sort((first, second) => first.start - second.start);
  if (text.length === read.length) return kept;
  const places = [0];
  for (const char of chars) places.push(places.at(-1) + char.length);
  return kept.map(({ kind, start, end }) => ({ kind, start: places[start], end: places[end] }));
}

// --- Reading a text as Python does: digits of every script as 0 to 9, every dash as a hyphen, one unit a character ---

const MARKUP = /&(?:nbsp|ensp|emsp|thinsp|#160|#x[aA]0);|%(?:20|0[aAdD]|2[dD]|[cC]2%[aA]0)|<\/?[a-zA-Z][a-zA-Z /]{0,12}>/g;
const LATIN = { 0x130: "I", 0x131: "i", 0x17f: "s", 0x212a: "K" };
const DIGIT = /\p{Nd}/u;

function plainly(char) {
  const code = char.codePointAt(0);
  if (code < 0x80) return char;
  if (DIGIT.test(char)) return String(digit(code));
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) return "-";
  if (/^[0-9]$/.test(char.normalize("NFKC"))) return char.normalize("NFKC"); // Raised, lowered and circled digits.
  if (code in LATIN) return LATIN[code];
  if (char.length === 1) return /\p{Cs}/u.test(char) ? "\ufffd" : char;
  if (/\p{L}/u.test(char)) return "\u3131"; // A letter that is neither large nor small.
  if (/\p{N}/u.test(char)) return "\u00bd";
  if (/\p{Cf}/u.test(char)) return "\u200b";
  return /\p{M}/u.test(char) ? "\u0301" : "\u263a";
}

function digit(code) {
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10;
  const last = code % 16; // The digits of a script begin at a code that ends in 0 or 6.
  return DIGIT.test(String.fromCodePoint(code - last)) ? last : last - 6;
}

// Classes and borders as Python's \w, \s and \b read them. Inside a class they stand without their brackets.
const W = "\\p{L}\\p{N}_";
const S = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const B = `(?:(?<![${W}])(?=[${W}])|(?<=[${W}])(?![${W}]))`;
const LETTER = "[\\p{L}\\p{Nl}\\p{No}]"; // Python counts a half among what is no digit.

// A pattern is written with \w, \s, \b and \W as in Python; ~s and ~w stand for the first two inside a class.
function pattern(source, flags = "") {
  const ready = source
    .replaceAll("~s", S)
    .replaceAll("~w", W)
    .replaceAll("\\s", `[${S}]`)
    .replaceAll("\\W", `[^${W}]`)
    .replaceAll("\\b", B);
  return new RegExp(ready, `gu${flags}`);
}

function* matches(text, ...patterns) {
  for (const each of patterns) for (const match of text.matchAll(each)) yield span(match);
}

const span = (match) => [match.index, match.index + match[0].length];
const words = (listed) => new Set(listed.split(" "));

// --- NHS numbers ---

const DIGIT_RUN = pattern(String.raw`[0-9](?:(?:[^\p{L}\p{N}]{0,12}|\s{13,200})[0-9])+`);
const DIGIT_GROUP = new RegExp(`(?:(?:(?<=\\+)|(?<=\\+[${S}])|(?<=00[${S}])|(?<![0-9])00)44)?([0-9]+)`, "duy");
const QUIET = /^[.\p{Cf}\p{Me}\p{Mn}\p{Pc}\p{Pd}\p{Pe}\p{Ps}\p{Sk}\p{Zl}\p{Zp}\p{Zs}\p{Cc}]*$/u;
const BLANK_INSIDE = new RegExp(`[${S}]`, "u");

function* nhsNumbers(text) {
  const international = [...text.matchAll(INTERNATIONAL_PHONE)].map(span);
  for (const run of text.matchAll(DIGIT_RUN)) {
    const groups = groupsOf(text, ...span(run));
    let first = 0;
    while (first < groups.length) {
      const last = tenDigits(text, groups, first);
      if (last === null) {
        first += 1;
        continue;
      }
      const [start, end] = [groups[first][0], groups[last][1]];
      if (!international.some(([from, to]) => from <= start && end < to)) yield [start, end];
      first = last + 1;
    }
  }
}

function groupsOf(text, start, end) {
  const groups = [];
  const whole = text.slice(0, end);
  let at = start;
  while (at < end) {
    DIGIT_GROUP.lastIndex = at;
    const match = DIGIT_GROUP.exec(whole);
    if (match) groups.push(match.indices[1]);
    at = match ? DIGIT_GROUP.lastIndex : at + 1;
  }
  return groups;
}

function tenDigits(text, groups, first) {
  let digits = "";
  for (let index = first; index < groups.length; index += 1) {
    digits += text.slice(...groups[index]);
    if (digits.length >= 10) {
      return isNhsNumber(digits) && readsAsOne(text, groups.slice(first, index + 1)) ? index : null;
    }
  }
  return null;
}

function readsAsOne(text, groups) {
  const gaps = groups.slice(1).map(([start], index) => text.slice(groups[index][1], start));
  if (gaps.every((gap) => QUIET.test(gap))) return true;
  const sizes = groups.map(([start, end]) => end - start);
  const usual = sizes.length <= 2 || sizes.join() === "3,3,4" || sizes.every((size) => size === 1);
  return usual || (new Set(gaps).size === 1 && !BLANK_INSIDE.test(gaps[0]));
}

// --- Email addresses ---

const EMAIL = pattern(String.raw`(?<![~w.+%'\-])[~w.+%'\-]{1,64}@[~w\-]{1,63}(?:\.[~w\-]{1,63}){1,8}`);
const SPOKEN_EMAIL = pattern(
  String.raw`(?<![~w.+\-])[~w.+\-]{1,64}\s{1,3}at\s{1,3}[~w\-]{1,63}(?:\s{1,3}dot\s{1,3}[~w\-]{2,20}){1,4}`,
  "i",
);

const emails = (text) => matches(text, EMAIL, SPOKEN_EMAIL);

// --- Phone numbers of people ---

const INTERNATIONAL_PHONE = pattern(
  String.raw`(?<![0-9])(?:\+|00)\s?44[~s.()\-]{0,4}(?:0\)[~s.\-]{0,4})?[1-9](?:[~s.()\-]{0,2}[0-9]){8,9}(?![0-9])`,
);
const NATIONAL_PHONE = pattern(String.raw`(?<![0-9+])\(?0(?:\)?[~s.\-]{0,2}[0-9]){9,10}(?![0-9])`);
const MOBILE_WITHOUT_NOUGHT = pattern(String.raw`(?<![0-9+])7[1-9][0-9][0-9][~s.\-]?[0-9]{3}[~s.\-]?[0-9]{3}(?![0-9])`);
const NOBODYS = /^[^0-9]*0{0,2}44[^0-9]*0?[^0-9]*[38]/u;

function* phones(text) {
  for (const match of text.matchAll(INTERNATIONAL_PHONE)) if (!NOBODYS.test(match[0])) yield span(match);
  for (const match of text.matchAll(NATIONAL_PHONE)) if (isDialled(match[0].match(/[0-9]+/g))) yield span(match);
  yield* matches(text, MOBILE_WITHOUT_NOUGHT);
}

function isDialled(groups) {
  const [area, ...others] = groups;
  if (!"1257".includes(groups.join("")[1])) return false;
  const shortest = Math.min(...(others.length ? others : ["0123456789"]).map((group) => group.length));
  if ((area.length >= 3 && shortest >= 2) || (area.length === 2 && shortest >= 3)) return true;
  return groups.every((group) => group.length === 1);
}

// --- Dates of birth ---

const MONTHS =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|" +
  "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const [DAY, MONTH] = ["(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"];
const ONES = "one|two|three|four|five|six|seven|eight|nine";
const TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen";
const TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety";
const ORDINALS =
  "(?:(?:(?:twenty|thirty)[~s\\-]{0,3})?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|" +
  "twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)";
const YEAR_IN_WORDS =
  `(?:(?:nineteen|twenty)[~s\\-]{1,3}(?:(?:${TENS})(?:[~s\\-]{1,3}(?:${ONES}))?|${TEENS}|oh[~s\\-]{1,3}(?:${ONES}))` +
  `|two\\s{1,3}thousand(?:\\s{1,3}(?:and\\s{1,3})?(?:${TEENS}|${ONES}))?)\\b`;
const DAY_ORDINAL = `(?:${DAY}(?:st|nd|rd|th)?|${ORDINALS})`;
const DAY_AND_MONTH = `${DAY_ORDINAL}[~s\\-/]{0,6}(?:of\\s{1,6})?${MONTHS}`;

const dates = (year) =>
  `(?:${DAY}\\s?[/.\\-~s]\\s?${MONTH}\\s?[/.\\-~s]\\s?${year}` +
  `|${DAY_AND_MONTH}[~s\\-/,]{0,6}${year}` +
  `|${MONTHS}\\s{1,6}${DAY_ORDINAL},?\\s{1,6}${year}` +
  `|${year}[/.\\-]${MONTH}[/.\\-]${DAY})(?![0-9])`;

const BIRTH_YEAR = "(?:19[0-9][0-9]|200[0-9]|201[0-5])";
const ANY_YEAR = "'?(?:(?:19|20)?[0-9][0-9])";
const BARE_DATE = pattern(
  `(?<![0-9/.\\-])${dates(BIRTH_YEAR)}|\\b${DAY_AND_MONTH},?\\s{1,6}${YEAR_IN_WORDS}`,
  "i",
);
const SHORT_DATE = pattern(
  `(?<![0-9/.\\-])(?:${DAY}/${MONTH}/[3-9][0-9]|${DAY}\\.${MONTH}\\.[3-9][0-9])` +
    "(?![0-9/%]|[.\\-][0-9]|\\s?(?:mg|ml|mcg)\\b)",
);
const NAMED_DATE = pattern(
  "\\b(?:d\\.?\\s?o\\.?\\s?b\\.?|date\\s{1,6}of\\s{1,6}birth|birth\\s?date|birthday|born)" +
    "\\W{0,4}(?:(?:is|was|on|in|as|the)\\W{1,3}){0,3}" +
    `(?:${dates(ANY_YEAR)}|${DAY_AND_MONTH}[~s,]{1,6}${YEAR_IN_WORDS}` +
    `|${DAY_AND_MONTH}(?![~w])|${MONTHS}\\s{1,6}${DAY_ORDINAL}(?![~w:])` +
    "|(?:[0-3][0-9][01][0-9](?:19|20)?[0-9][0-9]|(?:19|20)[0-9][0-9][01][0-9][0-3][0-9])(?![0-9]))",
  "i",
);

const datesOfBirth = (text) => matches(text, NAMED_DATE, BARE_DATE, SHORT_DATE);

// --- Incident numbers ---

const SPACES = "\\s{0,6}";
const REFERENCE =
  "(?:[A-Z]{0,4}[\\-/]?[0-9]{3,20}(?:[\\-/][0-9]{1,20}){0,4}|[A-Z]{1,3}[0-9]{2}[\\-/][0-9]{3,20}" +
  "|[0-9]{1,3}[\\-/][0-9]{3,20}(?:[\\-/][0-9]{1,4})?)";
const SAYS_NUMBER =
  `(?:${SPACES}(?:no\\b\\.?|nos\\b\\.?|num\\b\\.?|number|nr\\b\\.?|ref\\b\\.?|reference|id\\b|#)){1,2}` +
  `${SPACES}(?:is|was|:|-|=)?${SPACES}#?${SPACES}`;
const HELPLINE = "(?!(?:999|111|112|101|116\\s?123)\\b)";
const GUIDELINE = "(?!(?:NG|CG|QS|TA|PH|IPG)[0-9])";
const A_LENGTH = "(?!\\s{0,3}(?:h|hrs?|hours?|min|mins|minutes|miles|km)\\b)";
const INCIDENTS = [
  `\\b(?:CAD|datix|PRF|e?PCR|URN)(?:\\b(?:${SAYS_NUMBER}|${SPACES}[:#=\\-]?${SPACES})|(?=[0-9]))${REFERENCE}\\b`,
  `\\b(?:incident|inc|job|log|call|case|crime|event|run)\\b(?:${SAYS_NUMBER}|${SPACES}[:#]${SPACES})${HELPLINE}${REFERENCE}\\b`,
  `\\b(?:ref|reference)\\b\\.?${SPACES}(?:no\\b\\.?|number)?${SPACES}[:#]?${SPACES}${GUIDELINE}${REFERENCE}\\b`,
  "\\b(?:incident|job|crime|log)\\s{1,6}[A-Z]{0,4}[\\-/]?[0-9]{5,20}(?:[\\-/][0-9]{1,20}){0,4}\\b",
  "\\b(?:event|case|call)\\s{1,6}[0-9]{7,20}\\b",
  `\\b(?:job|log)\\s{1,6}(?!(?:19|20)[0-9][0-9])[0-9]{4}\\b${A_LENGTH}`,
].map((source) => pattern(source, "i"));

const incidentNumbers = (text) => matches(text, ...INCIDENTS);

// --- Postcodes ---

const POSTCODE_AREAS =
  "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY " +
  "G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR " +
  "NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA " +
  "WC WD WF WN WR WS WV YO ZE";
const AREAS = POSTCODE_AREAS.split(" ").sort((first, second) => second.length - first.length);
const POSTCODE = pattern(
  `\\b(?:${AREAS.join("|")})[0-9][A-Z0-9]?(?:\\s{0,3}|\\s?-\\s?)[0-9][ABD-HJLNP-UW-Z]{2}\\b`,
  "i",
);
const NOT_INWARD = /(?:st|nd|rd|th|hr)$/;
const UNITS = /^[A-Z].*(?:yr|ug|ft|lb|pt|ds|dl)$/su;

function* postcodes(text) {
  for (const match of text.matchAll(POSTCODE)) {
    if (!NOT_INWARD.test(match[0]) && !UNITS.test(match[0])) yield span(match);
  }
}

// --- Title and surname ---

const BLANK = "[ \\t\\u00a0]";
const TAIL = `(?:['\\u2019\\-]${LETTER}{1,60}){0,4}`;
const anyCase = (listed) => listed.replaceAll(/[a-z]/g, (char) => `[${char}${char.toUpperCase()}]`);
const TITLES =
  "mr|mrs|ms|miss|mx|dr|doctor|prof|professor|sir|dame|lord|lady|rev|reverend|cllr|pc|dc|sgt|sergeant|inspector|nurse|paramedic";
const TITLED = pattern(
  `\\b(?<title>${anyCase(TITLES)})\\b\\.?${BLANK}{1,6}` +
    `(?<initials>(?:(?:[A-Z]\\.?|[A-Z]{2})${BLANK}{1,6}){0,2})` +
    `(?<name>(?:(?:${anyCase("van|von|der|den|de|la|le|al|el|bin|ibn|ap|st")})${BLANK}{1,6}){0,2}${LETTER}{1,60}${TAIL})` +
    `(?:${BLANK}{1,6}(?<second>[A-Z](?:(?![A-Z])${LETTER}){1,60}${TAIL})(?![~w]))?`,
);
const ALWAYS_TITLES = words("mr mrs");
const ALSO_WORDS = words("miss ms lady lord");
const NOT_SURNAMES = words(
  "a abc abcde about advice advised after again agreed also an and any are arrived as asked at attended aware be " +
    "because before bloods but by called came can case cases could declined did does each family for from gave got had " +
    "handed happy has have he her here him his i if in informed into is it its just left may me miss mr mrs ms my no " +
    "not of off on one only or our out over patient patients plan reviewed said says seen she should shock so son " +
    "spoke staff stood team than that the their them then there they this to told took until upstairs was we went were " +
    "what when where which who whose wife will with world would you your",
);
const NOT_AFTER_TITLE = words(
  "associate clinician consultant degree educator in led lead manager mentor practice practitioner prescriber " +
    "prescribing programme scan science specialist specialists student students supervisor team trainee training",
);
const COMMON_SURNAMES = words(
  "adams ahmed ali anderson begum bennett campbell chowdhury clarke collins davies davis edwards evans harris " +
    "harrison hughes hussain jackson james johnson jones kaur kelly khan lewis mahmood malik martin miller mitchell " +
    "mohammed moore morgan morris murphy o'brien patel phillips rahman richardson roberts robinson rogers scott shah " +
    "shaw simpson singh smith stewart thomas thompson watson williams wilson wright",
);

// What Python's isupper says: letters that have a case are large, and there is one.
const isUpper = (text) => text === text.toUpperCase() && text !== text.toLowerCase();
const POSSESSIVE = /['\u2019]s$/;

function* names(text) {
  TITLED.lastIndex = 0;
  for (let match = TITLED.exec(text); match; match = TITLED.exec(text)) {
    const { title, initials, name, second } = match.groups;
    const surname = name.split(/[ \t\u00a0]+/).at(-1);
    if (!isName(title, initials.split(/[ \t\u00a0]+/).filter(Boolean), surname)) {
      TITLED.lastIndex = match.index + title.length;
      continue;
    }
    const whole = second !== undefined && isUpper(name[0]) && !NOT_SURNAMES.has(second.toLowerCase());
    const end = match.index + match[0].length - (second === undefined || whole ? 0 : afterName(match));
    TITLED.lastIndex = end;
    yield [match.index, POSSESSIVE.test(text.slice(0, end)) ? end - 2 : end];
  }
}

// How far a match reaches past its surname.
function afterName({ 0: found, groups: { second } }) {
  return found.length - found.slice(0, -second.length).replace(/[ \t\u00a0]+$/, "").length;
}

function isName(title, initials, surname) {
  const bare = surname.toLowerCase().replace(POSSESSIVE, "");
  if (surname.length < 2 || NOT_SURNAMES.has(bare) || NOT_AFTER_TITLE.has(bare)) return false;
  if (initials.some((initial) => initial.length > 1 && NOT_SURNAMES.has(initial.toLowerCase()))) return false;
  if (COMMON_SURNAMES.has(bare)) return true;
  if (ALSO_WORDS.has(title)) return false;
  const shouted = isUpper(title) && isUpper(surname);
  const writtenAsAName = isUpper(surname[0]) && (shouted || !isUpper(surname));
  return writtenAsAName || (ALWAYS_TITLES.has(title.toLowerCase()) && !isUpper(title));
}

// In order of weight: where two finds overlap, the earlier kind is kept.
const FINDERS = [
  ["nhs-number", nhsNumbers],
  ["email", emails],
  ["phone", phones],
  ["date-of-birth", datesOfBirth],
  ["incident-number", incidentNumbers],
  ["postcode", postcodes],
  ["name", names],
];
