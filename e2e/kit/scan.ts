import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** Everything a script could read from the browser's storage, as one text: IndexedDB, caches, local and session storage. */
function storedText(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const texts: string[] = [];
    const seen = new Set<unknown>();
    const read = (value: unknown): void => {
      if (value === null || value === undefined || seen.has(value)) return;
      if (typeof value === 'object') seen.add(value);
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
        const bytes =
          value instanceof ArrayBuffer
            ? new Uint8Array(value)
            : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        texts.push(new TextDecoder('latin1').decode(bytes), new TextDecoder('utf-16le').decode(bytes));
      } else if (Array.isArray(value)) value.forEach(read);
      else if (value instanceof Map) for (const pair of value) read(pair);
      else if (value instanceof Set) for (const one of value) read(one);
      else if (typeof value === 'object') for (const pair of Object.entries(value)) read(pair);
      else texts.push(String(value));
    };
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      const db = await done(indexedDB.open(name));
      for (const store of db.objectStoreNames) {
        const all = db.transaction(store).objectStore(store);
        read(await done(all.getAllKeys()));
        read(await done(db.transaction(store).objectStore(store).getAll()));
      }
      db.close();
    }
    read(Object.entries(localStorage));
    read(Object.entries(sessionStorage));
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const answer = await cache.match(request);
        texts.push(request.url);
        if (!/\.(?:js|css|woff2?|png|svg)(?:\?|$)/.test(request.url)) texts.push((await answer?.text()) ?? '');
      }
    }
    return texts.join('\n');
  });
}

/** Which of `words` a thief with the unlocked browser, or with its files, would find in clear. */
export async function readableWords(page: Page, words: readonly string[]): Promise<string[]> {
  const text = (await storedText(page)).toLowerCase();
  return words.filter((word) => text.includes(word.toLowerCase()));
}

/** Which of `words` stand in clear (one or two bytes a letter) in any file of a browser's profile folder. */
export async function wordsOnDisk(profile: string, words: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const entry of await readdir(profile, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath ?? entry.path, entry.name)).catch(() => Buffer.alloc(0));
    for (const word of words) {
      if (bytes.includes(Buffer.from(word, 'latin1')) || bytes.includes(Buffer.from(word, 'utf16le'))) found.add(word);
    }
  }
  return [...found];
}
