// Keeps one page and its files for when there is no signal: a page in which nobody's name or record stands.
const NAME = "shell-{{ digest }}";
const FILES = {{ files | tojson }};
const STARTS = /^\/($|hours($|\/))/; // Where somebody without a signal is led to that page.

self.addEventListener("install", (event) => {
  // Without cookies the service cannot know who asks, so it cannot put anything of theirs into the answer.
  const asked = FILES.map((file) => new Request(file, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(NAME).then((shell) => shell.addAll(asked)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const older = caches.keys().then((names) => names.filter((name) => name.startsWith("shell-") && name !== NAME));
  event.waitUntil(older.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname, search } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  const file = pathname === "/offline" ? pathname : pathname + search;
  if (FILES.includes(file)) {
    event.respondWith(caches.match(file, { cacheName: NAME }).then((kept) => kept ?? fetch(event.request)));
  } else if (mode === "navigate" && STARTS.test(pathname)) {
    event.respondWith(fetch(event.request).catch(() => Response.redirect("/offline")));
  }
});
