// Text goes to the server while it is typed, and stays on this device until the server has it: see kept.js.

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "Europe/London" });
const PAUSE = 1500;
const RETRY = 15000;
const wasRefused = document.querySelector(".nhsuk-error-summary, .app-stale") !== null;

/** The forms and boxes with something in them that is not saved. */
export const unsaved = new Set();

function moment(at) {
  const [when, today] = [new Date(at), new Date()];
  return day.format(when) === day.format(today) ? clock.format(when) : `${day.format(when)}, ${clock.format(when)}`;
}

/** Where a form says whether it is saved. */
export function statusOf(root, form) {
  const found = form?.querySelector("[data-autosave-status]");
  if (found) return found;
  const made = document.createElement("p");
  made.className = "app-saved";
  made.setAttribute("role", "status");
  root.after(made);
  return made;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function press(text, work) {
  const made = element("button", "nhsuk-button nhsuk-button--secondary nhsuk-button--small", text);
  made.type = "button";
  made.addEventListener("click", work);
  return made;
}

const labelOf = (field) => field.labels?.[0]?.textContent.trim() ?? field.name;

/**
 * Save a form, or a box of one, while it is typed.
 * @param {HTMLElement} root
 * @param {typeof import("./guard.js")} looks
 * @param {typeof import("./kept.js")} kept
 */
export function autosave(root, looks, kept) {
  const form = root.closest("form");
  const fields = root === form ? [...form.querySelectorAll("textarea, input[type=text]")] : [root];
  // data-autosave-choices on a form sends radio buttons and lists as well.
  const choices = root === form && "autosaveChoices" in root.dataset ? [...form.querySelectorAll("input[type=radio], select")] : [];
  const controls = [...fields, ...choices];
  const version = form?.querySelector("input[name=version]");
  // data-autosave-new on a form names the field with the id that it is called by before the server knows it.
  const called = form?.elements[root.dataset.autosaveNew];
  const page = location.pathname + location.search;
  const status = statusOf(root, form);
  let url = root.dataset.autosave;
  let timer = 0;
  let sending = null;
  let again = false;
  let stopped = false;
  let leaving = false;
  let isQuiet = false;
  let lastSent = "";
  let restored = null;
  let waits = null;
  let unanswered = []; // What was sent and may have arrived, although no answer did.

  const isHeldBack = (name) => fields.some((field) => field.name === name && looks.verdictOn(field));
  const isOn = (control) => control.type !== "radio" || control.checked;

  // What may be kept on this device and sent: no text that the guard holds back.
  const values = () =>
    Object.fromEntries(controls.filter((each) => isOn(each) && !isHeldBack(each.name)).map((each) => [each.name, each.value]));
  const heldBack = () => fields.filter((field) => looks.verdictOn(field)).map((field) => `“${labelOf(field)}”`);
  const allBut = (held) => (held.length ? `, all but ${new Intl.ListFormat("en-GB").format(held)}. See what is said beside it.` : "");

  function say(text, lasting = false) {
    status.textContent = text;
    status.classList.toggle("app-saved--warning", lasting);
  }

  function keepHere() {
    return kept.keep({
      url,
      at: new Date().toISOString(),
      values: values(),
      confirmed: fields.filter(looks.isConfirmed).map((field) => field.name),
      version: version?.value ?? "",
      begun: called && version.value === "0" ? page : "",
      id: called?.value ?? "",
      unanswered,
      page: location.pathname,
    });
  }

  // --- What this device kept of the form comes back when it is opened again ---

  function put(found) {
    isQuiet = true;
    for (const control of controls.filter((each) => each.name in found)) {
      const is = control.type === "radio" ? found[control.name] === control.value : found[control.name];
      if (control.type === "radio" ? is === control.checked : is === control.value) continue;
      if (control.type === "radio") control.checked = is;
      else control.value = is;
      control.closest("details")?.setAttribute("open", "");
      control.dispatchEvent(new Event(fields.includes(control) ? "input" : "change", { bubbles: true }));
    }
    isQuiet = false;
  }

  function offer(copy) {
    const note = element("div", "nhsuk-inset-text app-restored");
    const words = element("p", "");
    note.setAttribute("role", "status");
    form.prepend(note);
    const before = { url, id: called?.value, values: Object.fromEntries(controls.filter(isOn).map((each) => [each.name, each.value])) };
    const chosen = controls.filter((each) => each.type === "radio" && each.checked);
    const discard = press("Discard what was restored", () => {
      kept.forget(url);
      [url, restored] = [before.url, null];
      if (called) called.value = before.id;
      for (const each of controls) if (each.type === "radio") each.checked = chosen.includes(each);
      put(before.values);
      clearTimeout(timer);
      unsaved.delete(root);
      note.remove();
      say("Discarded. Nothing of it is kept on this device.");
    });
    const restore = () => {
      if (copy.begun) [url, called.value] = [copy.url, copy.id];
      put(copy.values);
      fields.filter((field) => copy.confirmed.includes(field.name)).forEach(looks.confirm);
      unsaved.add(root);
      unanswered = copy.unanswered;
      restored = note;
      words.textContent = `Restored from this device, ${moment(copy.at)}. It is not saved yet: it is when you go on or save the page.`;
      note.replaceChildren(words, discard);
    };
    const isOurs = copy.unanswered.includes(JSON.stringify(values()));
    if (!version || copy.begun || copy.version === version.value || isOurs) {
      restore();
      return;
    }
    words.textContent = `This was saved elsewhere after you typed something into it on this device, ${moment(copy.at)}.`;
    discard.textContent = "Discard what is on this device";
    note.append(words, press("Put it back", restore), discard);
  }

  // A form that is opened anew holds nothing of a draft; what was typed into that is lost from sight here.
  function leadToDraft(copy) {
    if (!copy) return;
    const note = element("div", "nhsuk-inset-text");
    const words = element("p", "", "What you typed into a draft without a signal is on this device and not saved yet. ");
    const way = element("a", "", `Open the draft of ${moment(copy.at)}`);
    way.href = copy.page;
    words.append(way);
    note.append(words);
    form.prepend(note);
  }

  function lookForCopy() {
    if (wasRefused) return;
    const isNew = called && version.value === "0";
    const copy = kept.copyOf(url) ?? (isNew ? kept.newest(({ begun }) => begun === page) : null);
    if (!copy && isNew) leadToDraft(kept.newest(({ id, begun }) => id && !begun));
    if (!copy) return;
    const differs = ([name, text]) =>
      controls.some((each) => each.name === name && (each.type === "radio" ? (each.value === text) !== each.checked : each.value !== text));
    if (Object.entries(copy.values).some(differs)) offer(copy);
    else kept.forget(copy.url);
  }

  // --- Sending it while it is typed ---

  async function answered(answer, sent) {
    const body = await answer.json().catch(() => ({}));
    if (answer.ok) {
      if (version && body.version !== undefined) version.value = body.version;
      [lastSent, unanswered] = [sent, []];
      const held = heldBack();
      if (sent === JSON.stringify(values())) {
        if (!held.length) unsaved.delete(root);
        kept.forget(url);
      } else {
        keepHere();
      }
      say(`Saved ${body.saved_at ?? clock.format(new Date())}${allBut(held)}`, held.length > 0);
      restored?.replaceChildren(element("p", "", "What was restored from this device is saved now."));
      waits?.replaceChildren(element("p", "", "There is a signal again. Press the button again to send this page."));
      looks.afterPress(() => root.dispatchEvent(new CustomEvent("autosaved", { detail: body })));
    } else if (answer.status === 409 && unanswered.length) {
      // If that arrived, the server says the same and lets it pass; what is typed now is known to be newer.
      again = true;
      await post(unanswered.pop());
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
  }

  async function post(sent) {
    const confirms = fields.some(looks.isConfirmed) ? { no_identifiers: 1 } : {};
    try {
      const answer = await fetch(url, {
        method: "POST",
        credentials: "same-origin",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": form?.querySelector("input[name=csrf_token]")?.value ?? "",
        },
        body: JSON.stringify({ ...JSON.parse(sent), ...confirms, ...(version ? { version: Number(version.value) } : {}) }),
      });
      await answered(answer, sent);
    } catch {
      unanswered = [...unanswered.filter((each) => each !== sent), sent].slice(-3);
      const isKept = keepHere();
      const where = isKept ? "What you typed stays on this device and is sent again" : "Stay on this page: this device cannot keep it";
      if (!waits?.isConnected) say(`Not saved yet: no connection. ${where}${allBut(heldBack()) || "."}`, true);
      timer = setTimeout(send, RETRY);
    }
  }

  async function send() {
    if (stopped) return;
    if (sending) {
      again = true;
      return;
    }
    clearTimeout(timer);
    for (const field of fields) looks.show(field, send);
    const held = heldBack();
    const sent = JSON.stringify(values());
    if (held.length === controls.length || (held.length && sent === lastSent)) {
      say(`Not saved yet: ${new Intl.ListFormat("en-GB").format(held)}. See what is said beside your text.`, true);
      return;
    }
    sending = post(sent);
    await sending;
    sending = null;
    if (again) {
      again = false;
      send();
    }
  }

  function typed(event) {
    if (event.type === "input" && !event.isTrusted) return;
    unsaved.add(root);
    keepHere();
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  }

  // --- Sending the page: only where there is a signal, and with the version that a save under way brings ---

  function waitForSignal(submitter) {
    const isKept = keepHere();
    const held = heldBack();
    const beside = submitter?.closest(".app-actions") ?? submitter ?? status;
    waits ??= element("div", "nhsuk-inset-text");
    const words = element("p", "");
    const place = isKept ? "What you entered is kept on this device" : "Stay on this page: this device cannot keep what you entered";
    const link = isKept && navigator.serviceWorker?.controller && form.dataset.autosaveElsewhere;
    words.textContent = `No signal. ${place}${held.length ? `, all but ${new Intl.ListFormat("en-GB").format(held)}` : ""}. Try again when there is a signal${link ? ", or " : "."}`;
    if (link) {
      const way = element("a", "", "log it without a signal");
      way.href = link;
      way.addEventListener("click", () => unsaved.clear()); // It is kept: nobody has to be asked whether to leave it.
      words.append(way, ".");
    }
    waits.setAttribute("role", "alert");
    waits.replaceChildren(words);
    beside.after(waits);
    say("");
  }

  async function holdOn(submitter) {
    leaving = true;
    clearTimeout(timer);
    await sending;
    const isThere = await kept.hasSignal();
    await sending;
    if (!isThere) {
      leaving = false;
      waitForSignal(submitter);
      return;
    }
    stopped = true;
    if (unsaved.has(root)) keepHere();
    kept.sending(url);
    form.requestSubmit(submitter);
    leaving = false;
  }

  form?.addEventListener(
    "submit",
    (event) => {
      if (stopped && leaving) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!leaving) holdOn(event.submitter);
    },
    true, // Before all others, which must not take a form that waits for sent.
  );
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) stopped = false; // It was sent and never arrived.
  });

  lookForCopy();
  for (const field of fields) {
    field.addEventListener("input", typed);
    field.addEventListener("change", () => unsaved.has(root) && send());
  }
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      if (isQuiet) return;
      unsaved.add(root);
      keepHere();
      send();
    });
  }
  form?.elements.no_identifiers?.addEventListener("change", () => {
    unsaved.add(root);
    send();
  });
  window.addEventListener("online", () => unsaved.has(root) && send());
}
