// The service worker: opens the pages without a link, and keeps what a crew needs on site: today's list, the network map,
// words, and who is logged in. Everything else goes to the server or fails.

declare const self: ServiceWorkerGlobalScope;

const shell = `thermoleak-shell-${SHELL_VERSION}`;
const kept = 'thermoleak-kept';

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(shell);
    await cache.addAll(SHELL_FILES.map((file) => new Request(file, { cache: 'reload' })));
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('thermoleak-shell-') && name !== shell) await caches.delete(name);
    await self.clients.claim();
  })());
});

const isKept = (path: string): boolean => /^\/api\/v1\/(session|vocabulary|today|areas|areas\/[^/]+\/network)$/.test(path);

/** The server's answer if it comes; else the last one, with a mark that says from when it is. */
async function newestOrKept(request: Request): Promise<Response> {
  const cache = await caches.open(kept);
  try {
    const response = await fetch(request);
    if (response.ok) {
      const headers = new Headers(response.headers);
      headers.set('X-Thermoleak-Kept', new Date().toISOString());
      const body = await response.clone().arrayBuffer();
      await cache.put(request.url, new Response(body, { status: 200, headers })).catch(() => undefined);
    }
    return response;
  } catch (error) {
    const old = await cache.match(request.url, { ignoreVary: true });
    if (old) return old;
    throw error;
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (isKept(url.pathname)) {
    event.respondWith(newestOrKept(request));
    return;
  }
  if (request.mode === 'navigate' && url.pathname === '/') {
    // The newest page if there is a link: its assets have other names after an update.
    event.respondWith(fetch(request).catch(async () => (await caches.match('/', { ignoreVary: true })) ?? Response.error()));
    return;
  }
  if (url.pathname.startsWith('/assets/') || url.pathname === '/icon.svg' || url.pathname === '/manifest.webmanifest') {
    event.respondWith((async () => (await caches.match(url.pathname, { ignoreVary: true })) ?? fetch(request))());
  }
});

export {};
