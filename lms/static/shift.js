// The page on which a shift is entered: says how long it lasted and what is left for the main activity, as the server
// worked it out, gives the page the address of its draft, so that it is there after a reload, and offers those
// supervisors whom the chosen site names, where it names any.

for (const part of document.querySelectorAll("[data-said]")) {
  part.closest("form").addEventListener("autosaved", ({ detail }) => {
    part.hidden = !detail.said?.length;
    part.replaceChildren(
      ...(detail.said ?? []).map((sentence) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = sentence;
        return paragraph;
      }),
    );
    if (detail.page) history.replaceState(history.state, "", detail.page);
  });
}

for (const list of document.querySelectorAll("select[data-by-site]")) {
  const named = JSON.parse(list.dataset.bySite);
  const site = list.form.elements.site_id;
  const all = [...list.options];
  const fits = (id) => !named[site.value] || named[site.value].includes(id);
  const choose = (id) => {
    list.replaceChildren(...all.filter((option) => !option.value || option.value === id || fits(option.value)));
    list.value = id;
  };
  site.addEventListener("change", () => {
    const only = named[site.value]?.length === 1 ? named[site.value][0] : "";
    choose(list.value && fits(list.value) ? list.value : only);
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
  choose(list.value); // Who was chosen before the page came stays: only another site takes them away.
}
