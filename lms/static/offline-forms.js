// Forms that are checked and filled in without the service: what was forgotten, what was wrong, what was entered before.

/** @typedef {{field: string | null, message: string}} Problem */

/** @param {HTMLFormElement} form @param {string} name @returns {HTMLElement[]} the controls of a field; a date has three */
const controls = (form, name) => [...form.elements].filter((each) => each.name === name || each.name.startsWith(`${name}-`));

/** @param {HTMLElement} control @returns {HTMLElement} the whole of its field, with question and hint */
function whole(control) {
  let group = control.closest(".nhsuk-form-group");
  for (let outer = group; outer; outer = group.parentElement.closest(".nhsuk-form-group")) group = outer;
  return group;
}

/**
 * Put answers into a form, in place of what is there.
 * @param {HTMLFormElement} form
 * @param {[string, string][]} pairs
 */
export function fill(form, pairs) {
  form.reset();
  for (const part of form.querySelectorAll("[data-when-asked]")) part.hidden = true;
  for (const control of form.elements) if (control.type === "radio" || control.type === "checkbox") control.checked = false;
  for (const [name, value] of pairs) {
    for (const control of [...form.elements].filter((each) => each.name === name)) {
      if (control.type !== "radio" && control.type !== "checkbox") control.value = value;
      else if (control.value === value) control.click(); // The kit shows what belongs to a choice when it is pressed.
      control.dispatchEvent(new Event("input", { bubbles: true }));
      if (value) control.closest("[data-when-asked]")?.removeAttribute("hidden");
    }
  }
}

/**
 * What has to be answered and was not; everything else is checked by the service.
 * @param {HTMLFormElement} form
 * @returns {Problem[]}
 */
export function forgotten(form) {
  const answered = (name) =>
    controls(form, name).some((each) => (each.type === "radio" || each.type === "checkbox" ? each.checked : each.value.trim()));
  return Object.entries(JSON.parse(form.dataset.required))
    .filter(([name]) => !answered(name))
    .map(([field, message]) => ({ field, message }));
}

/**
 * Show what is wrong, in a summary and beside each field, in place of what was shown before.
 * @param {HTMLFormElement} form
 * @param {Problem[]} problems
 */
export function say(form, problems) {
  form.querySelectorAll("[data-problem]").forEach((shown) => shown.remove());
  form.querySelectorAll(".nhsuk-form-group--error").forEach((group) => group.classList.remove("nhsuk-form-group--error"));
  for (const control of form.querySelectorAll("[data-described]")) {
    control.setAttribute("aria-describedby", control.dataset.described);
    if (!control.dataset.described) control.removeAttribute("aria-describedby");
    delete control.dataset.described;
  }
  document.title = document.title.replace(/^(Error: )?/, problems.length ? "Error: " : "");
  if (!problems.length) return;
  const place = ({ field }) => (field ? [...form.elements].indexOf(controls(form, field)[0]) : -1);
  const summary = summaryOf(form, problems.toSorted((one, other) => place(one) - place(other)));
  for (const { field, message } of problems) if (field) mark(form, field, message);
  form.prepend(summary);
  summary.focus();
}

function summaryOf(form, problems) {
  const summary = made("div", "nhsuk-error-summary");
  summary.tabIndex = -1;
  summary.dataset.problem = "";
  const list = made("ul", "nhsuk-list nhsuk-error-summary__list");
  for (const { field, message } of problems) {
    const [control] = field ? controls(form, field) : [];
    const item = document.createElement("li");
    if (!control) item.textContent = message;
    else {
      const link = made("a", "", message);
      link.href = `#${control.id}`;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        whole(control)?.scrollIntoView();
        control.focus({ preventScroll: true });
      });
      item.append(link);
    }
    list.append(item);
  }
  const inside = document.createElement("div");
  inside.setAttribute("role", "alert");
  inside.append(made("h3", "nhsuk-error-summary__heading", "There is a problem"), list);
  summary.append(inside);
  return summary;
}

function mark(form, field, message) {
  const [control] = controls(form, field);
  const group = control && whole(control);
  if (!group) return;
  group.closest("[data-when-asked]")?.removeAttribute("hidden");
  group.closest("details")?.setAttribute("open", "");
  const shown = made("span", "nhsuk-error-message");
  shown.id = `${control.id}-problem`;
  shown.dataset.problem = "";
  shown.append(made("span", "nhsuk-u-visually-hidden", "Error:"), ` ${message}`);
  group.classList.add("nhsuk-form-group--error");
  const fieldset = group.querySelector("fieldset");
  const before = group.querySelector(".nhsuk-hint") ?? group.querySelector("legend") ?? group.querySelector("label");
  if (control.type === "checkbox" && !fieldset) group.prepend(shown);
  else before.after(shown);
  const described = fieldset ?? control;
  described.dataset.described = described.getAttribute("aria-describedby") ?? "";
  described.setAttribute("aria-describedby", `${described.dataset.described} ${shown.id}`.trim());
}

function made(tag, name, text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = text;
  return element;
}
