// A map wider than the screen is first seen at its middle, where the story begins.

for (const box of document.querySelectorAll("[data-middle]")) box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
