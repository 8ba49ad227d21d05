// What this device keeps until it is sent: whose device it is for now, and entries that only the service can open.

/**
 * @typedef {object} Owner Whoever signed in last. Signing out takes it away; then nothing can be entered.
 * @property {string} person their id
 * @property {string} initials to tell whose device it is
 * @property {string} lock the public key their entries are sealed with
 * @property {{id: string, name: string}[]} sites
 * @property {string} site where they worked last; empty if nowhere
 *
 * @typedef {object} Entry One thing that was entered. A shift itself says only that it was begun, and when.
 * @property {string} id
 * @property {"shift" | "contact" | "end"} kind
 * @property {string} shift the id of the shift it belongs to
 * @property {string} person whose it is
 * @property {string} at when it was saved, by this device's clock
 * @property {string} [sealed] what was entered
 * @property {string | null} [on] of the end of a shift: the day it began, as entered; to tell shifts apart
 * @property {boolean} [refused] of a shift: the service did not take it
 *
 * @typedef {object} Bundle A shift with what belongs to it.
 * @property {Entry} shift
 * @property {Entry[]} contacts
 * @property {Entry | undefined} end
 */

const OWNER = "offline-owner";
let opened = null;

/** @returns {Owner | null} */
export function owner() {
  try {
    return JSON.parse(localStorage.getItem(OWNER));
  } catch {
    return null;
  }
}

/** @param {Owner | null} found */
export function own(found) {
  if (found === null) localStorage.removeItem(OWNER);
  else localStorage.setItem(OWNER, JSON.stringify(found));
}

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("offline", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("entries", { keyPath: "id" }).createIndex("shift", "shift");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/**
 * Do something with the entries, all of it or nothing.
 * @template Result
 * @param {"readonly" | "readwrite"} mode
 * @param {(entries: IDBObjectStore, give: (result: Result) => void) => void} work
 * @returns {Promise<Result>}
 */
async function within(mode, work) {
  const transaction = (await database()).transaction("entries", mode, { durability: "strict" });
  return new Promise((resolve, reject) => {
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error);
    work(transaction.objectStore("entries"), (given) => (result = given));
  });
}

/** @returns {Promise<Entry[]>} everything on this device, in the order in which it was saved */
export async function everything() {
  const found = await within("readonly", (entries, give) => (entries.getAll().onsuccess = (event) => give(event.target.result)));
  return found.sort((one, other) => one.at.localeCompare(other.at));
}

/**
 * @param {Entry[]} entries
 * @param {string} person
 * @returns {Bundle[]} this person's shifts, in the order in which they were begun
 */
export function bundles(entries, person) {
  const mine = entries.filter((entry) => entry.person === person);
  return mine
    .filter((entry) => entry.kind === "shift")
    .map((shift) => ({
      shift,
      contacts: mine.filter((entry) => entry.kind === "contact" && entry.shift === shift.id),
      end: mine.find((entry) => entry.kind === "end" && entry.shift === shift.id),
    }));
}

/**
 * How much there is to send: shifts and contacts, each as one.
 * @param {Entry[]} entries
 */
export const count = (entries) => entries.filter((entry) => entry.kind !== "end").length;

/** @param {string} person @returns {Promise<Entry>} a shift that begins now */
export async function begin(person) {
  const id = crypto.randomUUID();
  const shift = { id, kind: "shift", shift: id, person, at: new Date().toISOString() };
  await within("readwrite", (entries) => entries.add(shift));
  return shift;
}

/**
 * Keep an entry of a shift that is still there; the one it takes the place of goes at the same moment.
 * @param {Entry} entry
 * @param {string} [replaces]
 * @returns {Promise<boolean>} whether the shift was still there
 */
export async function keep(entry, replaces) {
  return within("readwrite", (entries, give) => {
    entries.index("shift").getAll(entry.shift).onsuccess = (event) => {
      const there = event.target.result;
      const shift = there.find((other) => other.kind === "shift");
      const isOpen = !there.some((other) => other.kind === "end" && other.id !== replaces);
      give(Boolean(shift) && (isOpen || Boolean(replaces)));
      if (!shift || (!isOpen && !replaces)) return;
      if (replaces) entries.delete(replaces);
      entries.put({ ...shift, refused: false });
      entries.put(entry);
    };
  });
}

/** @param {string} shift */
export async function refuse(shift) {
  await within("readwrite", (entries) => {
    entries.get(shift).onsuccess = (event) => event.target.result && entries.put({ ...event.target.result, refused: true });
  });
}

/**
 * Forget a bundle, if nothing in it has changed since it was read: what came later has not been sent.
 * @param {Bundle} bundle
 */
export async function drop({ shift, contacts, end }) {
  const known = new Set([shift, ...contacts, ...(end ? [end] : [])].map((entry) => entry.id));
  await within("readwrite", (entries) => {
    entries.index("shift").getAll(shift.id).onsuccess = (event) => {
      const there = event.target.result;
      if (there.some((entry) => !known.has(entry.id))) return;
      for (const entry of there) entries.delete(entry.id);
    };
  });
}

/**
 * Delete entries that were never sent.
 * @param {(entry: Entry) => boolean} which
 */
export async function discard(which) {
  await within("readwrite", (entries) => {
    entries.openCursor().onsuccess = (event) => {
      const cursor = event.target.result;
      if (!cursor) return;
      if (which(cursor.value)) cursor.delete();
      cursor.continue();
    };
  });
}
