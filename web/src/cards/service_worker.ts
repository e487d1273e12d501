// Keeps one page for when there is no network: its own files, whose names hold the hash of their content, and nothing else.
// Answers of /v1 never come here from a cache; what of them has to be kept, the page keeps (src/verify/trust.ts).

/** Set by the build: the page's path, every file that it needs, and a hash of them all. */
declare const PAGE: string;
declare const FILES: string[];
declare const VERSION: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const NAME = `shiming${PAGE}-${VERSION}`;
const PREFIX = `shiming${PAGE}-`;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(sweep()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(kept(PAGE, request));
  else if (/^\/(assets|verify)\/|^\/icon\.svg$/.test(url.pathname)) event.respondWith(kept(url.pathname, request));
});

async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: path === PAGE ? "reload" : "default" })));
}

/** Files of earlier versions go once no page uses them. */
async function sweep(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** From what is kept; else from the network, and kept from then on where its name says what it holds. */
async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const found = await cache.match(path);
  if (found !== undefined) return found;
  const response = await fetch(request);
  if (response.ok && path !== PAGE) await cache.put(path, response.clone());
  return response;
}
