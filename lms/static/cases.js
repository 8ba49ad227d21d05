// A scene works without this. It adds up a chart while it is scored, and says which places of a sequence are taken.

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
