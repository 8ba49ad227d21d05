// Everything here makes a page better that already works without it. Where anything can be typed, guard.js looks at it.

// --- The NHS kit: show and hide, counters, sorting, the header menu ---

for (const table of document.querySelectorAll("table[data-sortable]")) {
  // A sortable table sorts by any column; a heading may opt out, and a cell may carry data-sort-value.
  table.classList.add("nhsuk-table--sortable");
  table.dataset.module = "nhsuk-table";
  for (const heading of table.tHead?.querySelectorAll("th.nhsuk-table__header") ?? []) {
    if (!("noSort" in heading.dataset) && heading.textContent.trim() && !heading.querySelector("a")) heading.dataset.sort = "";
  }
}

for (const table of document.querySelectorAll("table.app-table")) {
  // Cards are made with CSS, which takes the meaning of rows and cells away. Say it again.
  const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll("thead, tbody, tr, td")) part.setAttribute("role", roles[part.localName]);
  for (const part of table.querySelectorAll("th")) part.setAttribute("role", part.scope === "row" ? "rowheader" : "columnheader");
}

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
const kit = document.querySelector("link[data-kit]");
if (kit) import(kit.href).then((nhsuk) => nhsuk.initAll());

// --- The identifier guard: see guard.js ---

const guardUrl = document.querySelector("script[data-guard]")?.dataset.guard;
const typing = document.querySelector("textarea, input[type=text], input[type=search]");
const guard = guardUrl && typing ? import(guardUrl).catch(() => null) : Promise.resolve(null);

// --- Autosave: see autosave.js; nothing is saved on its own where the guard cannot be loaded ---

let saving = null;
const autosaved = document.querySelectorAll("[data-autosave]");
const part = (name) => import(document.querySelector(`[data-${name}]`).dataset[name]);
if (autosaved.length) {
  Promise.all([guard, part("saves"), part("keeps")]).then(
    ([looks, saves, kept]) => {
      saving = saves;
      for (const root of autosaved) {
        if (looks) saves.autosave(root, looks, kept);
        else saves.statusOf(root, root.closest("form")).textContent = "What you type is not saved on its own. Save the page.";
      }
    },
    () => {}, // What does not come does not save; the page is sent as it is without it.
  );
}

// --- Leaving a page with something typed and not saved ---

const typed = new Set();
for (const form of document.querySelectorAll("form[data-leave-guard]")) {
  form.addEventListener("input", () => form.hasAttribute("data-autosave") || typed.add(form));
  form.addEventListener("submit", () => {
    typed.clear();
    saving?.unsaved.clear();
  });
}
window.addEventListener("beforeunload", (event) => {
  if (typed.size || saving?.unsaved.size) event.preventDefault();
});

// --- One press of a button sends a form once ---

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000); // A page that never came may be asked for again.
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// --- Keys for people who do the same thing many times: data-key on a link, button or option names its key ---

document.addEventListener("keydown", (event) => {
  const writing = event.target instanceof Element && event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  if (writing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.target.form?.requestSubmit();
    return;
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.keys === "off") return;
  const target = [...document.querySelectorAll("[data-key]")].find((item) => item.dataset.key === event.key);
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.click();
});

// --- What need not be read: data-unless="name=answer" hides while that is the answer, data-without-script always ---

for (const part of document.querySelectorAll("[data-unless]")) {
  const form = part.closest("form");
  const [name, answer] = part.dataset.unless.split("=");
  const follow = () => {
    // An answer with a problem stays in sight: the summary at the top leads to it.
    part.hidden = form.elements[name].value === answer && !part.querySelector(".nhsuk-form-group--error");
  };
  form.addEventListener("change", follow);
  window.addEventListener("pageshow", follow);
  follow();
}
for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;

// --- Print ---

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// --- A signature drawn with a finger, a pen or a mouse; it goes with the form as a picture ---

for (const pad of document.querySelectorAll("[data-signature]")) {
  const canvas = pad.querySelector("canvas");
  const field = pad.closest("form").elements[pad.dataset.signature];
  const pen = canvas.getContext("2d");
  pad.hidden = false;
  pen.lineWidth = 3;
  pen.lineCap = "round";
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...place(event));
    pen.stroke();
    field.value = canvas.toDataURL("image/png");
  });
  pad.querySelector("button").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  });
}

// --- A link to copy ---

for (const field of document.querySelectorAll("input[data-copy]")) {
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small app-copy";
  button.textContent = "Copy the link";
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = "Copied";
    } catch {
      status.textContent = "It is selected: copy it";  // No clipboard without HTTPS.
    }
  });
  field.after(button, status);
}
