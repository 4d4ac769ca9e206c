/**
 * The service worker: keeps the app itself, never patients' data. Every address inside the app answers with the kept page, so a cold start and a
 * deep link work without a network. A new version waits until the person asks for it, or until no window is open.
 */
import { clientsClaim } from 'workbox-core';
import { cleanupOutdatedCaches, createHandlerBoundToURL, type PrecacheEntry, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api\//] }));

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'USE_NEW_VERSION') void self.skipWaiting();
});

// The first version takes charge of the page that installed it, so that the very next start may be offline.
clientsClaim();
