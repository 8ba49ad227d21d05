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
    confirmed.set(field, new Set([...fineIn(field), ...finds.map((found) => nameOf(field, found))]));
    show(field);
    field.focus();
    again();
  });
  note.append(button);
}

// What stood in a field when the page came was confirmed before it was saved, unless the page came back with a problem.
function fineIn(field) {
  if (!confirmed.has(field)) {
    const before = wasRefused ? "" : field.defaultValue;
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

document.addEventListener(
  "submit",
  (event) => {
    const fields = [...event.target.querySelectorAll(TYPED)];
    const refused = fields.filter((field) => verdictOn(field) === "refused");
    refused.forEach((field) => show(field));
    if (refused.length) {
      event.preventDefault();
      event.stopImmediatePropagation();
      refused[0].focus();
      return;
    }
    const careful = fields.filter(isAboutCare);
    if (careful.some(isConfirmed) && careful.every((field) => !verdictOn(field))) confirmIn(event.target);
  },
  true,
);

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
