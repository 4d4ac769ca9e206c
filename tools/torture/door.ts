import type { BrowserContext, Page } from '@playwright/test';
import type { Rows } from './compare.ts';
import type { PlainWish } from './writes.ts';

/** What the page calls as things happen. */
export interface Told {
  /** A form's word to the person that what was entered is saved on this device. */
  form(): void;
  /** `device.save` resolved for the write of this number. */
  quick(n: number): void;
  /** It rejected: the app said that it did not save. */
  refused(n: number, why: string): void;
}

/**
 * Runs in every page before the app does. It watches for the app's *Saved on this device*, and finds, in the modules that the page has
 * loaded, what the screens themselves use: `device` (to save) and `peekBy` (what is shown). The build shortens the names of exports, not
 * those of properties, so they are known by what they can do. Text, not a function: what compiles this file must not touch `import`.
 */
const SCRIPT = `(() => {
  // Some runners mark functions with their names; what is sent into the page carries the mark along.
  globalThis.__name ??= (marked) => marked;
  const told = new WeakSet();
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) {
      if (!(node instanceof Element)) continue;
      const words = node.matches('.told') ? node : (node.closest('.told') ?? node.querySelector('.told'));
      if (!words || told.has(words) || !words.textContent.includes('Saved on this device.')) continue;
      told.add(words);
      globalThis.psaForm();
    }
  }).observe(document, { childList: true, subtree: true });
  const METHODS = ['save', 'present', 'syncNow', 'newId'];
  const find = async () => {
    const linked = [...document.querySelectorAll('script[type="module"][src], link[rel="modulepreload"]')].map((e) => e.src || e.href);
    const found = {};
    for (const url of linked) {
      for (const value of Object.values(await import(url))) {
        if (value && typeof value === 'object' && METHODS.every((name) => typeof value[name] === 'function')) found.device = value;
        if (typeof value === 'function' && /^\\(\\w+,\\w+,\\w+\\)=>[\\w.$]+\\.rowsBy\\(/.test(String(value))) found.peekBy = value;
      }
    }
    if (!found.device || !found.peekBy) throw new Error('The built app exports neither device nor peekBy any more: ' + linked.join(' '));
    return found;
  };
  let door;
  globalThis.psaDoor = () => (door ??= find());
  globalThis.psaQuick = async (writes) => {
    const { device } = await psaDoor();
    for (const { n, wishes, pause_ms } of writes) {
      const based = wishes.map((w) => ({ ...w, base: w.op === 'edit' ? device.present(w.kind, w.id).row_version : 0 }));
      await device.save(based).then(() => void psaSaved(n), (error) => psaRefused(n, String(error?.message ?? error)));
      if (pause_ms > 0) await new Promise((done) => setTimeout(done, pause_ms));
    }
  };
  globalThis.psaRows = async ({ kinds, facility, whole }) => {
    const { peekBy } = await psaDoor();
    const of = (kind) => peekBy(kind, 'facility_id', facility).map((r) => [r.id, whole ? r : { id: r.id, row_version: r.row_version }]);
    return Object.fromEntries(kinds.map((kind) => [kind, Object.fromEntries(of(kind))]));
  };
})();`;

/** Prepares a browser that was just switched on, before it opens a page of the app. */
export async function prepare(context: BrowserContext, told: Told): Promise<void> {
  await context.exposeBinding('psaForm', () => told.form());
  await context.exposeBinding('psaSaved', (_source, n: number) => told.quick(n));
  await context.exposeBinding('psaRefused', (_source, n: number, why: string) => told.refused(n, why));
  await context.addInitScript(SCRIPT);
}

interface Prepared {
  psaQuick(writes: unknown): Promise<void>;
  psaRows(wanted: unknown): Promise<unknown>;
  psaDoor(): Promise<{ device: { syncNow(): void } }>;
}

export interface QuickCall {
  n: number;
  wishes: readonly PlainWish[];
  pause_ms: number;
}

/** Saves these one after the other through `device.save`, telling of each as it resolves. */
export const quickWrites = (page: Page, writes: readonly QuickCall[]): Promise<void> =>
  page.evaluate((all: unknown) => (globalThis as unknown as Prepared).psaQuick(all), writes as unknown);

/** What this device shows of these kinds: id and version of each row, or (`whole`) all of it. */
export async function shownRows(page: Page, kinds: readonly string[], facility: string, whole: boolean): Promise<Rows> {
  const rows = await page.evaluate((wanted) => (globalThis as unknown as Prepared).psaRows(wanted), { kinds, facility, whole });
  return rows as Rows;
}

/** As when the network returns: whatever waits for its next try goes at once. */
export const syncNow = (page: Page): Promise<void> =>
  page.evaluate(async () => (await (globalThis as unknown as Prepared).psaDoor()).device.syncNow());
