// A scene works without this. It adds up a chart while it is scored, says which places of a sequence are taken, and keeps
// what is chosen while a hint is asked for.

for (const chart of document.querySelectorAll("[data-total]")) {
  const names = new Set([...chart.querySelectorAll("input[type=radio]")].map((radio) => radio.name));
  const line = document.createElement("p");
  line.className = "app-case-total";
  line.setAttribute("role", "status");
  chart.append(line);
  const add = () => {
    const chosen = [...chart.querySelectorAll("input:checked")];
    const sum = chosen.reduce((total, radio) => total + Number(radio.value), 0);
    const rows = chosen.length < names.size ? ` (${chosen.length} of ${names.size} rows)` : "";
    line.textContent = `Your ${chart.dataset.total}: ${sum}${rows}`;
  };
  chart.addEventListener("change", add);
  add();
}

for (const sequence of document.querySelectorAll("[data-places]")) {
  const selects = [...sequence.querySelectorAll("select")];
  const mark = () => {
    const taken = selects.map((select) => select.value);
    for (const select of selects) {
      for (const option of select.options) {
        if (!option.value) continue;
        const elsewhere = option.value !== select.value && taken.includes(option.value);
        option.textContent = elsewhere ? `${option.value}, taken` : option.value;
      }
    }
  };
  sequence.addEventListener("change", mark);
  mark();
}

// The prefix is the one that signing out clears.
const CHOSEN = `autosave chosen ${location.pathname}`;
const answer = document.querySelector(".app-case-form");
const choices = answer ? [...answer.querySelectorAll("input[type=radio], input[type=checkbox], select")] : [];
const seq = Number(answer?.querySelector("input[name=seq]")?.value);

document.querySelector(".app-case-hint")?.addEventListener("submit", () => {
  const chosen = choices.filter((field) => (field.type === "select-one" ? field.value : field.checked));
  const kept = { seq, chosen: chosen.map((field) => [field.name, field.value]) };
  store(() => sessionStorage.setItem(CHOSEN, JSON.stringify(kept)));
});

store(() => {
  const kept = JSON.parse(sessionStorage.getItem(CHOSEN) ?? "null");
  sessionStorage.removeItem(CHOSEN);
  // All scenes stand at one address: only the scene that now shows its hint, one step on, is the same scene.
  if (kept === null || kept.seq + 1 !== seq || !("hinted" in answer.dataset)) return;
  for (const [name, value] of kept.chosen) {
    for (const field of choices.filter((each) => each.name === name)) {
      if (field.type === "select-one") field.value = value;
      else if (field.value === value) field.checked = true;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
});

function store(use) {
  try {
    use();
  } catch {
    // A forbidden store only means that the choice has to be made again.
  }
}
