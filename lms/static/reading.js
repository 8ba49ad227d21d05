// Remembers the furthest section of a reading that came into view. The button works without this.

const page = document.querySelector("[data-reading]");
const token = document.querySelector("[data-reading-form] input[name=csrf_token]");

if (page && token && "IntersectionObserver" in window) {
  let furthest = 0;
  let sent = 0;
  let waiting = null;

  const send = () => {
    waiting = null;
    if (furthest <= sent) return;
    sent = furthest;
    fetch(page.dataset.reading, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token.value },
      body: JSON.stringify({ section: furthest, version: page.dataset.version }),
    }).catch(() => {
      sent = 0; // Sent again with the next section.
    });
  };

  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) furthest = Math.max(furthest, Number(entry.target.dataset.section));
    }
    if (furthest > sent && waiting === null) waiting = setTimeout(send, 1500);
  });

  for (const section of page.querySelectorAll("[data-section]")) observer.observe(section);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
}
