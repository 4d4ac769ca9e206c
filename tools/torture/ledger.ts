import type { Json, Patch } from '@psa/domain';
import { MARKER, type Part, type Write } from './writes.ts';

/** A mutation as the server judged it. */
export interface Judged {
  mid: string;
  group_id: string;
  kind: string;
  record_id: string;
  patch: Patch;
  status: 'applied' | 'merged' | 'conflict' | 'deferred' | 'refused';
  /** The row's version after it; null unless applied or merged. */
  version: number | null;
  /** The conflict it waits in. */
  conflict_id: string | null;
}

/** What the server holds, read from the database itself. */
export interface Evidence {
  mutations: readonly Judged[];
  /** Ids of all conflicts, settled ones too. */
  conflicts: ReadonlySet<string>;
  /** Mutations kept in quarantine. */
  quarantine: ReadonlySet<string>;
  /** Present rows by `kind/id`. */
  rows: ReadonlyMap<string, Readonly<Record<string, Json>>>;
}

export interface Noted extends Write {
  /** When the app called it saved, ms since the start of the run; null while it did not. */
  saved_at: number | null;
}

/** What is broken: about which write, if it is about one. */
export interface Broken {
  write: Noted | null;
  say: string;
}

/** Every write that somebody began, noted outside of everything that can be killed. */
export class Ledger {
  readonly writes: Noted[] = [];

  begin(write: Write): Noted {
    const noted: Noted = { ...write, saved_at: null };
    this.writes.push(noted);
    return noted;
  }

  get saved(): number {
    return this.writes.filter((w) => w.saved_at !== null).length;
  }
}

const isInstant = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value);

/** Whether two values are the same to a reader; an instant may be spelt in two ways. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (isInstant(a) && isInstant(b)) return Date.parse(a) === Date.parse(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [keys, others] = [Object.keys(a).sort(), Object.keys(b).sort()];
  const at = (of: object, key: string): unknown => (of as Record<string, unknown>)[key];
  return keys.length === others.length && keys.every((key, i) => key === others[i] && sameValue(at(a, key), at(b, key)));
}

const isIn = (part: Part, one: Judged): boolean =>
  one.kind === part.kind && Object.entries(part.values).every(([field, value]) => sameValue(one.patch[field], value));

/** Where each marker turned up: marker → groups. */
function groupsByMarker(mutations: readonly Judged[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { patch, group_id } of mutations) {
    for (const value of Object.values(patch)) {
      for (const marker of typeof value === 'string' ? (value.match(MARKER) ?? []) : []) {
        const groups = found.get(marker) ?? new Set();
        found.set(marker, groups.add(group_id));
      }
    }
  }
  return found;
}

/**
 * Holds the ledger against what the server has. What was called saved must be there once, whole and unchanged, and be in its row, in a
 * conflict or in quarantine; what was not may be missing, but not halved. @returns what is broken; empty when nothing is.
 */
export function judge(writes: readonly Noted[], evidence: Evidence): Broken[] {
  const markers = groupsByMarker(evidence.mutations);
  const groups = new Map<string, Judged[]>();
  for (const one of evidence.mutations) groups.set(one.group_id, [...(groups.get(one.group_id) ?? []), one]);
  const broken: Broken[] = [];
  for (const write of writes) {
    const tell = (say: string) => broken.push({ write, say });
    const found = [...(markers.get(write.marker) ?? [])];
    if (found.length === 0 && write.saved_at !== null) tell('was called saved and is nowhere on the server');
    if (found.length > 1) {
      const all = found.flatMap((group) => groups.get(group) ?? []).map(brief);
      tell(`came in ${found.length} groups: it was written more than once: ${all.join(' | ')}`);
    }
    for (const group of found) {
      const members = groups.get(group) ?? [];
      if (members.length !== write.parts.length) tell(`has ${members.length} of ${write.parts.length} parts`);
      const lacking = write.parts.filter((part) => !members.some((one) => isIn(part, one)));
      if (lacking.length > 0) tell(`changed on its way: no ${lacking.map((p) => p.kind).join(', ')} with the values entered`);
      for (const one of members) for (const say of fateOf(one, evidence)) tell(say);
      if (new Set(members.map(fateClass)).size > 1) tell('stood and fell in parts');
    }
  }
  return [...broken, ...lostFields(evidence)];
}

const brief = ({ group_id, kind, record_id, patch, status, version }: Judged): string =>
  `group ${group_id}, ${kind} ${record_id} ${JSON.stringify(patch)} ${status}${version === null ? '' : `, version ${version}`}`;

const fateClass = ({ status }: Judged): string => (status === 'merged' ? 'applied' : status);

/** A mutation that was not applied must be kept where a person finds it. */
function fateOf(one: Judged, { conflicts, quarantine, rows }: Evidence): string[] {
  const about = `${one.kind} ${one.record_id}`;
  switch (one.status) {
    case 'applied':
    case 'merged':
      return rows.has(`${one.kind}/${one.record_id}`) ? [] : [`was ${one.status}, but there is no ${about}`];
    case 'conflict':
      return one.conflict_id !== null && conflicts.has(one.conflict_id)
        ? []
        : [`is in conflict, but no conflict tells of ${about}`];
    case 'deferred':
    case 'refused':
      return quarantine.has(one.mid) ? [] : [`was ${one.status}, and is not in quarantine: ${about}`];
  }
}

/** Every field of every row is as the last mutation that was applied to it left it. */
function lostFields({ mutations, rows }: Evidence): Broken[] {
  const last = new Map<string, { version: number; one: Judged; field: string }>();
  for (const one of mutations) {
    const { version } = one;
    if (version === null) continue;
    for (const field of Object.keys(one.patch)) {
      const key = `${one.kind}/${one.record_id}/${field}`;
      if ((last.get(key)?.version ?? 0) < version) last.set(key, { version, one, field });
    }
  }
  const broken: Broken[] = [];
  for (const { version, one, field } of last.values()) {
    const row = rows.get(`${one.kind}/${one.record_id}`);
    if (!row || sameValue(row[field] ?? null, one.patch[field] ?? null)) continue;
    const say = `${one.kind} ${one.record_id}: ${field} is ${JSON.stringify(row[field])}, and version ${version} had made it ${JSON.stringify(one.patch[field])}`;
    broken.push({ write: null, say });
  }
  return broken;
}
