// What was typed and could not be saved yet, as this device keeps it: for its writer alone, and only for a while.
//
// It lies readable in the storage of the browser, so it goes once the server has it, when anybody signs out, when
// somebody else signs in, and after some days. What the guard holds back never gets here: see autosave.js.

/**
 * @typedef {object} Copy What one form held when it could not be saved.
 * @property {string} url where the form saves to: with the person it is the key
 * @property {string} at when it was typed, by this device's clock
 * @property {Record<string, string>} values what stood in the fields, by name
 * @property {string[]} confirmed names of the fields whose writer said that nobody can be identified from them
 * @property {string} version which version of what the server has it was typed into; empty where there are none
 * @property {string} begun the page of a form that the server has nothing of yet; else empty
 * @property {string} id what such a form is called by, so that it is the same form when the page is opened again
 * @property {string[]} unanswered what was sent of it without an answer
 * @property {string} page where the form is opened again
 */

const START = "autosave ";
const SENT = "autosave-sent";
const DAYS = 7; // A proposal, to be confirmed by the service.
const person = document.querySelector("meta[name=offline-person]")?.content ?? "";
const mine = `${START}${person} `;

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(START));
  } catch {
    return []; // A forbidden store.
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** @param {string} url @returns {Copy | null} */
export const copyOf = (url) => read(mine + url);

/**
 * The newest copy of this person's that is such a one.
 * @param {(copy: Copy) => boolean} which
 * @returns {Copy | null}
 */
export function newest(which) {
  const found = keys().filter((key) => key.startsWith(mine)).map(read);
  return found.filter((copy) => copy && which(copy)).sort((one, other) => other.at.localeCompare(one.at))[0] ?? null;
}

/** @param {Copy} copy @returns {boolean} whether this device keeps it */
export function keep(copy) {
  if (!person) return false;
  try {
    localStorage.setItem(mine + copy.url, JSON.stringify(copy));
    return true;
  } catch {
    return false; // A full or forbidden store.
  }
}

/** @param {string} url */
export function forget(url) {
  try {
    localStorage.removeItem(mine + url);
  } catch {
    // Nothing is kept where nothing can be.
  }
}

/** Remember that a form was sent: the next page shows whether it arrived. @param {string} url */
export function sending(url) {
  try {
    sessionStorage.setItem(SENT, url);
  } catch {
    // Then its copy stays until it is discarded or too old.
  }
}

/** Whether anything answers: the browser itself often does not know. */
export async function hasSignal() {
  try {
    const icon = document.querySelector("link[rel=icon]").href;
    await fetch(icon, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(8000) });
    return true;
  } catch {
    return false;
  }
}

function forgetWhatArrived() {
  const url = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const [way] = performance.getEntriesByType("navigation");
  // A form that was taken leads on to another page; one that was refused, or never arrived, does not.
  if (url && person && way?.type !== "back_forward" && way?.redirectCount) forget(url);
}

function forgetOthers() {
  const oldest = new Date(Date.now() - DAYS * 24 * 60 * 60 * 1000).toISOString();
  for (const key of keys()) {
    const isTheirs = person && !key.startsWith(mine);
    if (isTheirs || !(read(key)?.at > oldest)) localStorage.removeItem(key);
  }
}

for (const form of document.querySelectorAll("form[data-signs-out]")) {
  // The next person at this device must not find what this one typed.
  form.addEventListener("submit", () => keys().forEach((key) => localStorage.removeItem(key)));
}
try {
  forgetWhatArrived();
  forgetOthers();
} catch {
  // No store, nothing to forget.
}
