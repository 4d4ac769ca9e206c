import { createHash } from 'node:crypto';
import type { Outcome } from './ledger.ts';
import type { Note } from './reading.ts';
import type { Flavour } from './source.ts';

/** Examples of a change that are shown: enough to find it, not so many that nobody reads on. */
const EXAMPLES_MAX = 5;

interface Counts {
  read: number;
  /** Of those read, how many an earlier run had handled. */
  earlier: number;
  outcomes: Record<Outcome, number>;
}

/** One kind of change: what field, why, how often, and which rows. */
interface Change {
  field: string;
  why: string;
  times: number;
  examples: { id: string; was: unknown; now: unknown }[];
}

export interface TableReport extends Counts {
  table: string;
  changed: Change[];
  refused: Change[];
  /** SHA-256 over the rows as the source holds them. */
  source_sha256: string;
  /** SHA-256 over what was meant to be written, and over what PostgreSQL holds in its place; equal unless somebody edited it since. */
  meant_sha256: string;
  stored_sha256: string;
  /** Ids of rows whose record is no longer as it was taken over. */
  differs: string[];
}

const NONE: Readonly<Record<Outcome, number>> = { written: 0, known: 0, document: 0, kept: 0, removed: 0, refused: 0 };

class Table {
  readonly counts: Counts = { read: 0, earlier: 0, outcomes: { ...NONE } };
  readonly changes = new Map<string, Change & { refused: boolean }>();
  readonly sums = { source: createHash('sha256'), meant: createHash('sha256'), stored: createHash('sha256') };
  readonly differs: string[] = [];
}

/** What a migration did: counts, changes with their reasons, refusals, and sums of both sides. */
export class Report {
  readonly source: string;
  readonly flavour: Flavour;
  readonly #tables = new Map<string, Table>();

  constructor(source: string, flavour: Flavour) {
    this.source = source;
    this.flavour = flavour;
  }

  #of(table: string): Table {
    const known = this.#tables.get(table) ?? new Table();
    this.#tables.set(table, known);
    return known;
  }

  read(table: string, sha: string): void {
    const of = this.#of(table);
    of.counts.read++;
    of.sums.source.update(sha);
  }

  add(table: string, id: string, outcome: Outcome, notes: readonly Note[], earlier: boolean): void {
    const { counts, changes } = this.#of(table);
    counts.outcomes[outcome]++;
    if (earlier) counts.earlier++;
    for (const { field, was, now, why } of notes) {
      const refused = outcome === 'refused';
      const key = `${refused} ${field} ${why}`;
      const change = changes.get(key) ?? { field, why, times: 0, examples: [], refused };
      change.times++;
      if (change.examples.length < EXAMPLES_MAX) change.examples.push({ id, was, now });
      changes.set(key, change);
    }
  }

  compared(table: string, id: string, meant: string, stored: string): void {
    const { sums, differs } = this.#of(table);
    sums.meant.update(meant);
    sums.stored.update(stored);
    if (meant !== stored) differs.push(id);
  }

  /** By table, in the order in which they were read. Ends the sums: called once. */
  tables(): TableReport[] {
    return [...this.#tables].map(([table, { counts, changes, sums, differs }]) => {
      const all = [...changes.values()].sort((a, b) => b.times - a.times);
      const list = (refused: boolean) => all.filter((c) => c.refused === refused).map(({ refused: _, ...change }) => change);
      return {
        table,
        ...counts,
        changed: list(false),
        refused: list(true),
        source_sha256: sums.source.digest('hex'),
        meant_sha256: sums.meant.digest('hex'),
        stored_sha256: sums.stored.digest('hex'),
        differs,
      };
    });
  }
}

const OUTCOMES: readonly Outcome[] = ['written', 'known', 'document', 'kept', 'removed', 'refused'];

/** The report in lines for the terminal. */
export function reportLines(tables: readonly TableReport[]): string[] {
  const lines: string[] = [];
  for (const t of tables) {
    const counts = OUTCOMES.filter((outcome) => t.outcomes[outcome] > 0).map((outcome) => `${t.outcomes[outcome]} ${outcome}`);
    lines.push(
      `${t.table}: ${t.read} read: ${counts.join(', ') || 'none'}${t.earlier > 0 ? ` (${t.earlier} by an earlier run)` : ''}`,
    );
    for (const [title, list] of [
      ['refused', t.refused],
      ['changed', t.changed],
    ] as const) {
      for (const { field, why, times, examples } of list) {
        lines.push(`  ${title} ${String(times).padStart(5)} × ${field || 'row'}: ${why}`);
        lines.push(`          ${examples.map(({ id, was, now }) => `${id}${shown(was, now)}`).join('; ')}`);
      }
    }
    lines.push(
      `  source ${short(t.source_sha256)}, meant ${short(t.meant_sha256)}, stored ${short(t.stored_sha256)}: ${agreed(t)}`,
    );
  }
  return lines;
}

const agreed = ({ meant_sha256, stored_sha256, differs }: TableReport): string =>
  meant_sha256 === stored_sha256
    ? 'what is stored is what was meant'
    : `DIFFERENT since: ${differs.slice(0, EXAMPLES_MAX).join(', ')}`;
const short = (sha: string): string => sha.slice(0, 12);
const shown = (was: unknown, now: unknown): string => (was === null && now === null ? '' : ` (${clip(was)} → ${clip(now)})`);
const clip = (value: unknown): string => {
  const text = value === null || value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};
