// Without a network a portal says so in its own words and gives its telephone number. Nothing else is kept.
const KEPT = "ngoai-tuyen-{{ version }}";
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll({{ kept|safe }})).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))));
  event.waitUntil(old);
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match("{{ page }}")));
  else if (!navigator.onLine) event.respondWith(caches.match(request).then((found) => found || fetch(request)));
});
