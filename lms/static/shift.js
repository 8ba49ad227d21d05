// The page on which a shift is entered: says how long it lasted and what is left for the main activity, as the server
// worked it out, and gives the page the address of its draft, so that it is there after a reload.

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
