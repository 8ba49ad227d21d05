// The page on which shifts and contacts are entered without a signal. What it shows stands on this device. What was
// entered can be read in `typed` alone: for a while after it was entered, or after the service refused it and sent it back.

const part = (name) => import(document.querySelector(`link[data-offline=${name}]`).href);
const [store, { canSeal, seal }, { send }, { fill, forgotten, say }, guard] = await Promise.all([
  ...["store", "seal", "sync", "forms"].map(part),
  import(document.querySelector("script[data-guard]").dataset.guard),
]);

const FORGET = 15 * 60_000; // Milliseconds after which this page shows no more what was entered. A proposal.
const KEPT_FOR = 14 * 24 * 3_600_000; // Milliseconds for which nobody else is offered to delete an entry. A proposal.
const LONDON = { timeZone: "Europe/London" };
const DAY = new Intl.DateTimeFormat("en-GB", { ...LONDON, day: "numeric", month: "long", year: "numeric" });
const NUMBERS = new Intl.DateTimeFormat("en-GB", { ...LONDON, day: "numeric", month: "numeric", year: "numeric" });
const TIME = new Intl.DateTimeFormat("en-GB", { ...LONDON, hour: "2-digit", minute: "2-digit" });

const page = document.querySelector("[data-offline-page]");
const at = (selector) => page.querySelector(selector);
const views = Object.fromEntries([...page.querySelectorAll("[data-view]")].map((view) => [view.dataset.view, view]));
const forms = { contact: views.contact.querySelector("form"), end: views.end.querySelector("form") };

/** @type {Map<string, [string, string][]>} what was entered a moment ago, or sent back, by the id of the entry */
const typed = new Map();
/** @type {Map<string, import("./offline-sync.js").Refusal>} why a shift was not taken, by its id */
const refusals = new Map();
/** @type {{use: "contact" | "end", shift: string, replaces: string | undefined, from: string} | null} */
let editing = null;
/** @type {import("./offline-sync.js").Session["state"] | null} */
let reached = null;
let forgetting = 0;
let shownTo = store.owner()?.person;

const WHY_NOT = {
  "no-signal": "No signal.",
  "refused-for-now": "The service could not take it. Nothing is lost; try again later.",
};

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const moment = (text) => `${DAY.format(new Date(text))}, ${TIME.format(new Date(text))}`;
const snapshot = (form) => JSON.stringify([...new FormData(form)]);

// --- What the page remembers: for a while, and only while nobody else can have taken over the device ---

function remember(id, pairs) {
  typed.set(id, pairs);
  clearTimeout(forgetting);
  forgetting = setTimeout(() => render(forget()), FORGET);
}

function forget() {
  typed.clear();
  refusals.clear();
}

async function forgetContacts(shift) {
  for (const { id, ...entry } of await store.everything()) if (entry.kind === "contact" && entry.shift === shift) typed.delete(id);
}

/** Read the page again, without asking whether what is typed may go. */
function leave() {
  editing = null;
  location.reload();
}

// --- What the page shows ---

/** @param {string} [news] what has just happened */
async function render(news = "") {
  const owner = store.owner();
  const entries = await store.everything();
  const mine = owner ? entries.filter((entry) => entry.person === owner.person) : [];
  const left = store.count(mine);
  at("[data-part=not-ready]").hidden = Boolean(owner);
  if (!owner || !editing) show(owner ? "list" : null);
  at("[data-initials]").textContent = owner?.initials ?? "";
  const shifts = owner ? store.bundles(entries, owner.person) : [];
  at("[data-lines]").replaceChildren(...shifts.map(shiftLine));
  at("button[name=begin]").hidden = shifts.some(({ end }) => !end); // One shift at a time: the one under way is ended first.
  at("[data-sign-in]").hidden = reached !== "signed-out";
  at("[data-sign-in]").textContent = left ? `Sign in to send ${left}` : "Sign in";
  showOthers(entries.filter((entry) => entry.person !== owner?.person), owner ? "somebody else" : "somebody");
  const told = [news, WHY_NOT[reached] ?? "", left ? `${left} not sent.` : ""];
  at("[data-status]").textContent = told.filter(Boolean).join(" ");
}

/** @param {"list" | "contact" | "end" | null} name */
function show(name) {
  for (const [other, view] of Object.entries(views)) view.hidden = other !== name;
}

/** @param {import("./offline-store.js").Bundle} bundle */
function shiftLine({ shift, contacts, end }) {
  const item = at("template[data-line]").content.cloneNode(true).firstElementChild;
  const inside = (name) => item.querySelector(`[data-${name}]`);
  const begun = `begun ${moment(shift.at)}`;
  const refusal = refusals.get(shift.id);
  const offer = (words, use, replaces, isFirst = false) => {
    const made = inside(isFirst ? "first" : "second").cloneNode(true);
    made.hidden = false;
    made.querySelector("[data-words]").textContent = words;
    made.querySelector("[data-about]").textContent = ` of the shift ${begun}`;
    made.addEventListener("click", () => open(use, shift, replaces));
    inside("actions").append(made);
  };
  inside("title").textContent = end?.on ? `Shift of ${DAY.format(new Date(end.on))}` : `Shift ${begun}`;
  inside("detail").textContent = `${plural(contacts.length, "contact")} noted. ${end ? `Saved ${moment(end.at)}, not sent.` : "Not ended yet."}`;
  if (refusal || shift.refused) {
    inside("why").hidden = false;
    if (refusal) inside("reason").textContent = refusal.problems.map(({ message }) => message).join(" ");
    if (refusal?.url) Object.assign(inside("sent-before"), { href: refusal.url, hidden: false });
  }
  if (!end) {
    offer("Note a contact", "contact", undefined, true);
    offer("End the shift", "end");
  } else if (typed.has(end.id)) {
    if (refusal?.url) offer("Read what you changed", "end", end.id);
    else offer(refusal ? "Put it right" : "Change the shift", "end", end.id, Boolean(refusal));
  }
  contacts.forEach(({ id }, place) => typed.has(id) && offer(`Change contact ${place + 1}`, "contact", id));
  inside("discard").addEventListener("click", async () => {
    await store.discard((entry) => entry.shift === shift.id);
    refusals.delete(shift.id);
    await render("Discarded.");
  });
  return item;
}

function showOthers(others, whose) {
  const count = store.count(others);
  at("[data-part=others]").hidden = !count;
  if (!count) return;
  const newest = new Date(others.at(-1).at);
  const until = new Date(newest.getTime() + KEPT_FOR);
  const isOld = until < new Date();
  const what = `${plural(count, "entry", "entries")} of ${whose} ${count === 1 ? "waits" : "wait"} on this device, the last from ${moment(newest)}.`;
  const when = isOld ? "" : ` Until ${DAY.format(until)} only they can delete it.`;
  at("[data-others]").textContent = `${what} Nobody can read what was entered. It is sent when whoever entered it signs in here.${when}`;
  at("[data-old]").hidden = !isOld;
}

function showSent(sent) {
  for (const { url, words } of sent) {
    const link = Object.assign(document.createElement("a"), { href: url, textContent: words });
    const item = Object.assign(document.createElement("li"), { className: "app-lines__item" });
    item.append(link);
    at("[data-sent] ul").append(item);
    at("[data-sent]").hidden = false;
  }
}

function offerSites() {
  const list = forms.end.elements.site_id;
  const chosen = list.value;
  for (const option of [...list.options].slice(1)) option.remove();
  for (const site of store.owner()?.sites ?? []) list.add(new Option(site.name, site.id));
  list.value = chosen;
}

// --- Sending ---

async function sync() {
  const { session, sent, refused } = await send(store, { again: true });
  reached = session.state;
  if (session.owner) store.own(session.owner);
  else if (reached === "no-trainee") store.own(null);
  if (shownTo && shownTo !== store.owner()?.person) return leave(); // What is typed here is somebody else's.
  shownTo = store.owner()?.person;
  if (reached === "signed-out") forget();
  for (const { shift } of sent) refusals.delete(shift);
  for (const refusal of refused) {
    refusals.set(refusal.bundle.shift.id, refusal);
    for (const [id, pairs] of Object.entries(refusal.opened)) remember(id, pairs);
  }
  offerSites();
  showSent(sent);
  await render(sent.length ? `${plural(sent.length, "shift")} sent.` : "");
}

// --- Entering ---

/**
 * @param {"contact" | "end"} use
 * @param {import("./offline-store.js").Entry} shift
 * @param {string} [replaces] the entry that is changed
 */
function open(use, shift, replaces) {
  const form = forms[use];
  if (replaces) fill(form, typed.get(replaces));
  else if (use === "end") fill(form, asBegun(shift));
  else form.reset();
  editing = { use, shift: shift.id, replaces, from: snapshot(form) };
  show(use);
  views[use].querySelector("h2").focus();
  say(form, refusals.get(shift.id)?.problems.filter(({ entry }) => entry === replaces) ?? []);
}

/** What an ended shift starts from: the site of last time, when it was begun, and now. */
function asBegun(shift) {
  const begun = new Date(shift.at);
  const parts = NUMBERS.formatToParts(begun).filter(({ type }) => type !== "literal");
  return [
    ["site_id", store.owner().site],
    ...parts.map(({ type, value }) => [`worked_on-${type}`, value]),
    ["starts", TIME.format(begun)],
    ["ends", TIME.format(new Date())],
  ];
}

/** The day on which a shift began, as it was entered; null if it is none: the service then says so. */
function shiftDay(form) {
  const [year, month, day] = ["year", "month", "day"].map((part) => form.elements[`worked_on-${part}`].value.trim());
  const on = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return Number.isNaN(Date.parse(on)) ? null : on;
}

/** Do something once, however often it is pressed before it is done. */
function once(work) {
  let busy = false;
  return async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      await work(event);
    } finally {
      busy = false;
    }
  };
}

/** Back to the list, with whatever was being entered gone from the page. @param {string} [news] */
async function close(news) {
  forms[editing.use].reset();
  say(forms[editing.use], []);
  editing = null;
  await render(news);
  at("[data-status]").focus();
}

/** What may identify a patient is not kept on the device: an NHS number never, anything else once its writer confirms. */
function identifying(form) {
  const held = [...form.querySelectorAll("textarea")].filter((field) => guard.verdictOn(field));
  for (const field of held) guard.show(field);
  return held.map(({ name }) => ({ field: name, message: "This text may identify somebody. See what is said beside it." }));
}

async function save() {
  const { use, shift, replaces } = editing;
  const form = forms[use];
  const problems = [...forgotten(form), ...identifying(form)];
  if (problems.length) return say(form, problems);
  const owner = store.owner();
  if (!owner) return leave();
  const pairs = [...new FormData(form)];
  const entry = { id: crypto.randomUUID(), kind: use, shift, person: owner.person, at: new Date().toISOString() };
  if (use === "end") entry.on = shiftDay(form);
  entry.sealed = await seal(pairs, owner.lock, { person: owner.person, shift, id: entry.id, use });
  if (!(await store.keep(entry, replaces))) {
    return say(form, [{ field: null, message: "This shift was ended or sent in another window. What you entered here is not saved." }]);
  }
  typed.delete(replaces);
  if (use === "end") await forgetContacts(shift); // Now somebody else may be handed the phone.
  remember(entry.id, pairs);
  await close(use === "contact" ? "Contact saved on this device." : "Shift saved on this device.");
  if (use === "end" || replaces) await sync();
}

// --- What is pressed ---

for (const link of page.querySelectorAll("[data-to-sign-in]")) link.href = "/sign-in?next=/offline";
for (const form of Object.values(forms)) {
  form.addEventListener("submit", once(save));
  form.elements.cancel.addEventListener("click", () => close());
}
at("button[name=begin]").addEventListener(
  "click",
  once(async () => {
    navigator.storage?.persist?.(); // Else a browser that is short of room may throw away what is kept here.
    await store.begin(store.owner().person);
    await render("Shift begun.");
    at("[data-lines] li:last-child button:not([hidden])").focus();
  }),
);
at("button[name=leave]").addEventListener("click", () => {
  store.own(null);
  leave();
});
at("button[name=clear]").addEventListener("click", async () => {
  const { person } = store.owner();
  await store.discard((entry) => entry.person === person);
  forget();
  await render("Your entries were deleted from this device.");
});
at("[data-part=others] form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const isSure = form.elements.sure.checked;
  say(form, isSure ? [] : [{ field: "sure", message: "Confirm that these entries are then lost" }]);
  if (!isSure) return;
  const person = store.owner()?.person;
  await store.discard((entry) => entry.person !== person);
  form.reset();
  await render("Deleted.");
});
window.addEventListener("storage", () => store.owner()?.person !== shownTo && leave()); // In another window, somebody signed in or out.
window.addEventListener("beforeunload", (event) => editing && snapshot(forms[editing.use]) !== editing.from && event.preventDefault());
window.addEventListener("online", sync);
window.addEventListener("offline", () => {
  reached = "no-signal";
  render();
});

const canKeep = canSeal() && navigator.serviceWorker && (await store.everything().catch(() => null));
if (canKeep) {
  navigator.serviceWorker.register("/sw.js").catch(() => {}); // Without a signal the one that is there goes on.
  offerSites();
  await render();
  await sync();
} else {
  at("[data-part=no-seal]").hidden = false;
}
