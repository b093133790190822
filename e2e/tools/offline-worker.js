// The service worker of the built page: without a connection, the page comes from what was kept at its last
// visit. With one, it always comes from the server, so that nobody sees an old version.
const KEPT = 'needlescope-page';
const FILES = '__FILES__';

self.addEventListener('install', (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(self.registration.scope)) {
    event.respondWith(fetch(event.request).catch((error) => fromKept(event.request, error)));
  }
});

async function keepAll() {
  const cache = await caches.open(KEPT);
  // What is no longer part of the page goes.
  const wanted = new Set(FILES.map((file) => new URL(file, self.registration.scope).href));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  await cache.addAll(FILES);
}

/** A kept file, or the part of it that was asked for. Set-ups in the page's address are the page's own. */
async function fromKept(request, error) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request, { ignoreSearch: request.mode === 'navigate' });
  if (!kept) throw error;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
  if (!range) return kept;
  const whole = await kept.blob();
  const from = Number(range[1]);
  const to = range[2] === '' ? whole.size : Math.min(Number(range[2]) + 1, whole.size);
  if (from >= whole.size) return new Response(null, { status: 416 });
  const headers = { 'content-range': `bytes ${from}-${to - 1}/${whole.size}` };
  return new Response(whole.slice(from, to), { status: 206, headers });
}
