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

// --- The identifier guard: see guard.js; nothing typed is kept or sent on its own where it cannot be loaded ---

const guardUrl = document.querySelector("script[data-guard]")?.dataset.guard;
const typing = document.querySelector("textarea, input[type=text], input[type=search]");
const guard = guardUrl && typing ? import(guardUrl).catch(() => null) : Promise.resolve(null);

// --- Autosave: text goes to the server while it is typed, and stays on this device until the server has it ---

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
const PAUSE = 1500;
const RETRY = 15000;
const unsaved = new Set();

function kept(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function keep(key, values) {
  try {
    if (values === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(values));
  } catch {
    // A full or forbidden store only means that the device keeps no copy.
  }
}

function autosave(root, looks) {
  const form = root.closest("form");
  const url = root.dataset.autosave;
  const key = `autosave ${url}`;
  const fields = root === form ? [...form.querySelectorAll("textarea, input[type=text]")] : [root];
  // data-autosave-choices on a form sends radio buttons and lists as well.
  const choices = root === form && "autosaveChoices" in root.dataset ? [...form.querySelectorAll("input[type=radio], select")] : [];
  const status = statusOf(root, form);
  let timer = 0;
  let sending = false;
  let again = false;
  let stopped = false;
  let held = null;

  const values = () =>
    Object.fromEntries(
      [...fields, ...choices.filter((field) => field.type !== "radio" || field.checked)].map((field) => [field.name, field.value]),
    );

  // What may be kept on this device: no text that the guard holds back.
  const fine = () => Object.fromEntries(Object.entries(values()).filter(([name]) => !heldBack(name)));
  const heldBack = (name) => fields.some((field) => field.name === name && looks.verdictOn(field));

  function say(text, lasting = false) {
    status.textContent = text;
    status.classList.toggle("app-saved--warning", lasting);
  }

  const copy = kept(key);
  if (copy && !document.querySelector(".nhsuk-error-summary, .app-stale")) {
    let restored = false;
    for (const field of fields) {
      if (typeof copy[field.name] === "string" && copy[field.name] !== field.value) {
        field.value = copy[field.name];
        field.dispatchEvent(new Event("input"));
        restored = true;
      }
    }
    if (restored) {
      say("What you typed before it could be saved is back. It is saved when you go on typing or save the page.", true);
      unsaved.add(root);
    }
  }

  async function send() {
    if (stopped) return;
    if (sending) {
      again = true;
      return;
    }
    for (const field of fields) looks.show(field, send);
    if (fields.some((field) => looks.verdictOn(field))) {
      say("Not saved yet. See what is said beside your text.", true);
      return;
    }
    sending = true;
    const sent = values();
    const confirms = fields.some(looks.isConfirmed) ? { no_identifiers: 1 } : {};
    const version = form?.querySelector("input[name=version]");
    try {
      const answer = await fetch(url, {
        method: "POST",
        credentials: "same-origin",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": form?.querySelector("input[name=csrf_token]")?.value ?? "",
        },
        body: JSON.stringify({ ...sent, ...confirms, ...(version ? { version: Number(version.value) } : {}) }),
      });
      const body = await answer.json().catch(() => ({}));
      if (answer.ok) {
        if (version && body.version !== undefined) version.value = body.version;
        if (JSON.stringify(sent) === JSON.stringify(values())) {
          unsaved.delete(root);
          keep(key, null);
        }
        say(`Saved ${body.saved_at ?? clock.format(new Date())}`);
        root.dispatchEvent(new CustomEvent("autosaved", { detail: body }));
      } else if (answer.status === 409) {
        stopped = true;
        say("This was saved on another page. Save this one to see both texts. Yours stays here.", true);
      } else if (answer.status === 401) {
        stopped = true;
        say("You have been signed out. Sign in again in another tab, then save the page. Your text stays here.", true);
      } else if (answer.status === 422) {
        say(body.error ?? "Not saved yet. Save the page to see why.", true);
      } else if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        stopped = true;
        say("Your text could not be saved while you type. Save the page.", true);
      } else {
        throw new Error(String(answer.status));
      }
    } catch {
      say("Not saved yet: no connection. Your text stays on this device and is sent again.", true);
      timer = setTimeout(send, RETRY);
    } finally {
      sending = false;
      if (held) {
        const { submitter } = held;
        held = null;
        form.requestSubmit(submitter);
      } else if (again) {
        again = false;
        send();
      }
    }
  }

  for (const field of fields) {
    field.addEventListener("input", (event) => {
      if (!event.isTrusted) return;
      unsaved.add(root);
      keep(key, fine());
      clearTimeout(timer);
      timer = setTimeout(send, PAUSE);
    });
    field.addEventListener("change", () => {
      if (unsaved.has(root)) {
        clearTimeout(timer);
        send();
      }
    });
  }
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      unsaved.add(root);
      clearTimeout(timer);
      send();
    });
  }
  window.addEventListener("online", () => unsaved.has(root) && send());
  const leave = (event) => {
    clearTimeout(timer);
    stopped = true;
    if (sending) {
      // The save under way brings the version that this form has to be sent with.
      event.preventDefault();
      event.stopImmediatePropagation();
      held = { submitter: event.submitter };
      return;
    }
    keep(key, null);
  };
  form?.addEventListener("submit", leave, true); // Before all others, which must not take a form that waits for sent.
}

function statusOf(root, form) {
  const found = form?.querySelector("[data-autosave-status]");
  if (found) return found;
  const made = document.createElement("p");
  made.className = "app-saved";
  made.setAttribute("role", "status");
  root.after(made);
  return made;
}

const autosaved = document.querySelectorAll("[data-autosave]");
guard.then((looks) => {
  for (const root of autosaved) {
    if (looks) autosave(root, looks);
    else statusOf(root, root.closest("form")).textContent = "What you type is not saved on its own. Save the page.";
  }
});

for (const form of document.querySelectorAll("form[data-signs-out]")) {
  form.addEventListener("submit", () => {
    // The next person at this device must not find what this one typed.
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("autosave ")) sessionStorage.removeItem(key);
  });
}

// --- Leaving a page with something typed and not saved ---

const typed = new Set();
for (const form of document.querySelectorAll("form[data-leave-guard]")) {
  form.addEventListener("input", () => form.hasAttribute("data-autosave") || typed.add(form));
  form.addEventListener("submit", () => {
    typed.clear();
    unsaved.clear();
  });
}
window.addEventListener("beforeunload", (event) => {
  if (typed.size || unsaved.size) event.preventDefault();
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
