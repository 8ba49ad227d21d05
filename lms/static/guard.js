// Looks at what is typed before it is kept on this device or sent, and says beside the field what was found and where.
//
// A field with data-about-care is held back while it may identify somebody, until its writer confirms that nobody can be.
// Every other field only while a valid NHS number stands in it: no text with one is ever kept or sent. What the server
// says does not change: it looks again at all it is sent, and it alone looks where there is no JavaScript.

const { describe, findIdentifiers } = await import(document.querySelector("script[data-identifiers]").dataset.identifiers);

const MOST = 5;
const LONGEST = 60;
const confirmed = new WeakMap(); // For each field, what its writer said identifies nobody.
const wasRefused = document.querySelector(".nhsuk-error-summary, .app-stale") !== null;
const notes = new WeakMap();

// --- What is said beside a field moves what is below it, so it waits until a press of a button there is over ---

const LONGEST_PRESS = 1000; // Milliseconds: whoever holds on longer does not press a button.
const afterwards = [];
let release = 0;

function pressEnds() {
  clearTimeout(release);
  release = 0;
  afterwards.splice(0).forEach((work) => work());
}
document.addEventListener(
  "pointerdown",
  () => {
    clearTimeout(release);
    release = setTimeout(pressEnds, LONGEST_PRESS);
  },
  true,
);
// A touch takes the focus from a field only after it was lifted, so the click is the end of it and not that.
document.addEventListener("click", () => release && setTimeout(pressEnds), true);
document.addEventListener("pointercancel", pressEnds, true);

/** Do what moves a page, but not between the beginning of a press and its end. */
export function afterPress(work) {
  if (release) afterwards.push(work);
  else work();
}

const excerptOf = (field, { start, end }) => field.value.slice(start, end).replaceAll(/\s+/g, " ");
const nameOf = (field, found) => `${found.kind} ${excerptOf(field, found)}`;
const isAboutCare = (field) => "aboutCare" in field.dataset;

/** What stands in the way of keeping or sending a field: "refused", "held" or nothing. */
export function verdictOn(field) {
  const finds = openFinds(field);
  if (finds.some(({ kind }) => kind === "nhs-number")) return "refused";
  return finds.length ? "held" : "";
}

/** Whether the writer confirmed something that still stands in the field, and nothing else has to be. */
export function isConfirmed(field) {
  return isAboutCare(field) && !openFinds(field).length && findIdentifiers(field.value).length > 0;
}

/** Say beside a field what was found, or nothing any more; `again` is called once the writer has confirmed. */
export function show(field, again = () => {}) {
  afterPress(() => showNow(field, again));
}

function showNow(field, again) {
  const finds = openFinds(field);
  if (!finds.length && !notes.has(field)) return;
  const note = noteOf(field);
  const isRefused = finds.some(({ kind }) => kind === "nhs-number");
  const said = finds.length ? sentence(field, finds, isRefused) : "";
  if (note.dataset.said === said) return;
  note.dataset.said = said;
  note.replaceChildren();
  if (!finds.length) return;
  const words = document.createElement("p");
  words.textContent = said;
  note.append(words);
  if (isRefused) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small";
  button.textContent = "Nobody can be identified from it";
  button.addEventListener("click", () => {
    confirm(field);
    show(field);
    field.focus();
    again();
  });
  note.append(button);
}

/** Take it that nobody can be identified from what stands in the field now. */
export function confirm(field) {
  confirmed.set(field, new Set([...fineIn(field), ...findIdentifiers(field.value).map((found) => nameOf(field, found))]));
}

// What stood in a field when the page came was confirmed before it was saved, unless the page came back with a problem
// and its box is not ticked.
function fineIn(field) {
  if (!confirmed.has(field)) {
    const before = wasRefused && !field.form?.elements.no_identifiers?.checked ? "" : field.defaultValue;
    confirmed.set(field, new Set(findIdentifiers(before).map((found) => nameOf({ value: before }, found))));
  }
  return confirmed.get(field);
}

function openFinds(field) {
  const fine = fineIn(field);
  return findIdentifiers(field.value).filter(
    (found) => found.kind === "nhs-number" || (isAboutCare(field) && !fine.has(nameOf(field, found))),
  );
}

function sentence(field, finds, isRefused) {
  const lines = field.value.includes("\n");
  const places = finds.slice(0, MOST).map((found) => {
    const words = excerptOf(field, found);
    const line = lines ? ` in line ${field.value.slice(0, found.start).split("\n").length}` : "";
    return `${describe(found.kind)} “${words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words}”${line}`;
  });
  const more = finds.length > MOST ? [`${finds.length - MOST} more`] : [];
  const listed = new Intl.ListFormat("en-GB").format([...places, ...more]);
  return isRefused
    ? `Found: ${listed}. Take the NHS number out. It is never stored here: this text is not sent, and not kept on this device.`
    : `Found: ${listed}. Take it out, or confirm that nobody can be identified. Until then this text is not saved.`;
}

function noteOf(field) {
  if (!notes.has(field)) {
    const note = document.createElement("div");
    note.className = "app-guard";
    note.setAttribute("role", "status");
    (field.closest(".nhsuk-form-group") ?? field).append(note);
    if (!note.isConnected) field.after(note);
    notes.set(field, note);
  }
  return notes.get(field);
}

// --- Sending a form: what holds an NHS number stays in the page; what was confirmed need not be asked about again ---

const TYPED = "textarea, input[type=text], input[type=search], input:not([type])";

// The box with which a page that was refused asks is an answer as well: ticked, it confirms what stands there now.
document.addEventListener(
  "change",
  ({ target }) => {
    if (target.name !== "no_identifiers") return;
    for (const field of [...target.form.querySelectorAll(TYPED)].filter(isAboutCare)) {
      if (target.checked) confirm(field);
      else confirmed.set(field, new Set());
      show(field);
    }
  },
  true, // Before whatever saves the form looks.
);

document.addEventListener(
  "submit",
  (event) => {
    const fields = [...event.target.querySelectorAll(TYPED)];
    const refused = fields.filter((field) => verdictOn(field) === "refused");
    refused.forEach((field) => show(field));
    if (refused.length) {
      document.querySelector(".nhsuk-error-summary")?.remove(); // It speaks of what was sent before.
      event.preventDefault();
      event.stopImmediatePropagation();
      sayInSummary(event.target, refused);
      refused[0].focus();
      return;
    }
    const careful = fields.filter(isAboutCare);
    if (careful.some(isConfirmed) && careful.every((field) => !verdictOn(field))) confirmIn(event.target);
  },
  true,
);

// The page came back with problems: those that were put right are no longer said, and what stands in the way now is.
function sayInSummary(form, refused) {
  const list = form.querySelector(".nhsuk-error-summary__list") ?? document.querySelector(".nhsuk-error-summary__list");
  if (!list) return;
  for (const group of form.querySelectorAll(".nhsuk-form-group--error")) {
    const controls = [...group.querySelectorAll("input, textarea, select")];
    if (group.parentElement.closest(".nhsuk-form-group--error") || !controls.some(hasChanged)) continue;
    for (const part of [group, ...group.querySelectorAll(".nhsuk-form-group--error")]) part.classList.remove("nhsuk-form-group--error");
    group.querySelector(".nhsuk-error-message")?.remove();
    for (const control of controls) {
      control.classList.remove(...[...control.classList].filter((name) => name.endsWith("--error")));
      for (const item of list.children) if (item.querySelector("a")?.hash === `#${control.id}`) item.remove();
    }
  }
  for (const item of list.querySelectorAll("[data-guard-says]")) item.remove();
  for (const field of refused) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${field.id}`;
    link.textContent = `Take the NHS number out: ${field.labels?.[0]?.textContent.trim() ?? "this answer"}`;
    item.dataset.guardSays = "";
    item.append(link);
    list.prepend(item);
  }
}

const hasChanged = (control) => {
  if (control.localName === "select") return [...control.options].some((each) => each.selected !== each.defaultSelected);
  return control.type === "radio" || control.type === "checkbox"
    ? control.checked !== control.defaultChecked
    : control.value !== control.defaultValue;
};

function confirmIn(form) {
  const box = form.elements.no_identifiers;
  if (box) {
    box.checked = true;
    return;
  }
  const sent = document.createElement("input");
  sent.type = "hidden";
  sent.name = "no_identifiers";
  sent.value = "y";
  form.append(sent);
}
