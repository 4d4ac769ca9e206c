import { patientOfScope } from '@psa/domain';
import type { CarriedPage } from '../protocol.ts';
import { apply } from './pull.ts';
import type { Contacts } from './round.ts';

/** What became of a page that came unasked: `known`, when all of it was here already; `pull`, when it does not fit what is here. */
export type Taken = 'taken' | 'known' | 'pull';

/** Another tab that moves the cursor at the same time takes turns with this one so often. */
const TRIES_MAX = 3;

const sameSet = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((x) => b.includes(x));

/**
 * Whether a page is all there is to tell of these scopes. It is not made for files: rows in the archive never change, and of one that went there or
 * came back the patient's own row tells too (S71, S73).
 */
function covers({ held, gone }: CarriedPage, mine: readonly string[]): boolean {
  const [home, files] = [mine.filter((scope) => patientOfScope(scope) === null), mine.filter((scope) => patientOfScope(scope))];
  return sameSet(held, home) && (files.length === 0 || gone.every(([, , , , left]) => left === undefined));
}

/**
 * Takes in a page that a live event carried, as a pulled one is (S43, S53): only when it is of the life and of the scopes held here, and
 * begins at the cursor or before it. Nothing else is known of it: it may be late, doubled, or follow one that was lost.
 */
export async function takeCarried(c: Pick<Contacts, 'store' | 'report' | 'progress'>, page: CarriedPage): Promise<Taken> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const meta = await c.store.meta();
    const { cursor } = meta;
    if (cursor === null || page.epoch !== meta.epoch || page.from > cursor || !covers(page, meta.held)) return 'pull';
    if (page.next <= cursor) return 'known';
    if (await apply(c, meta, cursor, page)) return 'taken';
  }
  return 'pull';
}
