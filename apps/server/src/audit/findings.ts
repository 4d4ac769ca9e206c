/** An entry that is not what a whole chain would have at its place. */
export interface Odd {
  n: number;
  at: string;
  /** Its hash is that of its text and of the hash it says came before. */
  sound: boolean;
  /** The number of the entry that stands before it. */
  n_before: number;
  /** It names the hash of that entry. */
  follows: boolean;
  /** The entry that it was written after, when it does not follow the one before it; null when that one is not there. */
  follows_n: number | null;
}

/**
 * - `changed`: what the entry says is not what was written.
 * - `missing`: these numbers are not there.
 * - `order`: these entries do not stand in the order in which they were written.
 * - `added`: these entries were put in later.
 * - `replaced`: the entry at this number is not the one that the next was written after.
 * - `head`: the end is not the one that the database noted.
 * - `anchor`: the entry is not the one that was noted down.
 */
type FindingKind = 'changed' | 'missing' | 'order' | 'added' | 'replaced' | 'head' | 'anchor';

export interface Finding {
  is: FindingKind;
  from: number;
  to: number;
  /** When the first of these entries says that it was written; null when none is there. */
  at: string | null;
}

/** What odd entries, by number, say about the chain. Pure. */
export function findingsOf(odd: readonly Odd[]): Finding[] {
  const found: Finding[] = [];
  const changed = new Set(odd.filter((o) => !o.sound).map((o) => o.n));
  for (const o of odd) {
    if (o.n > o.n_before + 1) found.push({ is: 'missing', from: o.n_before + 1, to: o.n - 1, at: null });
    else if (o.n <= o.n_before) found.push({ is: 'added', from: o.n, to: o.n, at: o.at });
    if (!o.sound) found.push({ is: 'changed', from: o.n, to: o.n, at: o.at });
    // Whoever follows a changed, missing or second entry cannot follow it rightly.
    else if (o.n === o.n_before + 1 && !o.follows && !changed.has(o.n_before)) found.push(misplaced(o));
  }
  return joined(reordered(found));
}

function misplaced(o: Odd): Finding {
  if (o.follows_n === null) return { is: 'replaced', from: o.n - 1, to: o.n - 1, at: null };
  // Two stand at one number, and it follows the other one.
  if (o.follows_n === o.n_before) return { is: 'added', from: o.n_before, to: o.n_before, at: null };
  if (o.follows_n < o.n_before) return { is: 'added', from: o.follows_n + 1, to: o.n - 1, at: null };
  return { is: 'order', from: o.n, to: o.n, at: o.at };
}

/** Among entries that changed places, some look as if they had been added. */
function reordered(found: readonly Finding[]): Finding[] {
  const order = found.filter((f) => f.is === 'order');
  const near = (f: Finding) => order.some((o) => f.from <= o.to + 2 && f.to >= o.from - 2);
  return found.map((f) => (f.is === 'added' && near(f) ? { ...f, is: 'order' } : f));
}

/** Findings of one kind that touch are one. */
function joined(found: readonly Finding[]): Finding[] {
  const out: Finding[] = [];
  for (const f of found) {
    const last = out.findLast((o) => o.is === f.is);
    if (last && f.from <= last.to + 1) last.to = Math.max(last.to, f.to);
    else out.push({ ...f });
  }
  return out;
}

const WORDS: Readonly<Record<FindingKind, (which: string) => string>> = {
  changed: (which) => `${which}: was changed.`,
  missing: (which) => `${which}: missing.`,
  order: (which) => `${which}: put in another order than they were written in.`,
  added: (which) => `${which}: put in later.`,
  replaced: (which) => `${which}: replaced; the next entry was written after another one.`,
  head: (which) => `${which}: the end of the trail is not the one that was noted when it was written.`,
  anchor: (which) => `${which}: not the entry that was noted down; the trail up to there was written anew.`,
};

/** A finding as a sentence. */
export function sayFinding(f: Finding): string {
  const which = f.from === f.to ? `Entry ${f.from}` : `Entries ${f.from}–${f.to}`;
  return WORDS[f.is](f.at === null ? which : `${which} (${f.at})`);
}
