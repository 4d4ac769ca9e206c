/** Conflicts and refusals as they are put before a person. Pure; what is missing is said to be missing. */
import { type Json, type Patch, recordOf } from '@psa/domain';
import type { AttentionEntry, Mutation } from '@psa/sync';
import { labelOf, type Saying, sayValue } from '../record/values.ts';

export interface ConflictLike {
  kind: string;
  op: string;
  fields: string[] | null;
  mine: Json;
  theirs: Json;
  before?: Json;
  severity: string;
}

export interface ComparedField {
  name: string;
  label: string;
  mine: string | undefined;
  theirs: string | undefined;
  /** What the author had read; null when nobody knows any more. */
  before: string | undefined | null;
  /** Only these are coloured. */
  differs: boolean;
}

const asPatch = (value: Json | undefined): Patch => (value && typeof value === 'object' && !Array.isArray(value) ? value : {});

const same = (a: Json | undefined, b: Json | undefined) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The fields of both versions, those that clash first. Values the device has now win over those of the conflict's birth. */
export function compareConflict(
  conflict: ConflictLike,
  rowNow: Readonly<Record<string, Json | undefined>> | undefined,
  how: Saying,
): ComparedField[] {
  const def = recordOf(conflict.kind);
  const mine = asPatch(conflict.mine);
  const before = asPatch(conflict.before);
  const theirs = { ...asPatch(conflict.theirs) };
  for (const name of Object.keys(theirs)) if (rowNow && rowNow[name] !== undefined) theirs[name] = rowNow[name];
  const names = [...new Set([...(conflict.fields ?? []), ...Object.keys(mine), ...Object.keys(theirs)])].filter(
    (n) => n !== 'deleted',
  );
  return names
    .map((name) => {
      const server = name in theirs ? theirs[name] : rowNow?.[name];
      const field = def?.fields[name];
      return {
        name,
        label: labelOf(def, name),
        mine: sayValue(field, name in mine ? mine[name] : server, how),
        theirs: sayValue(field, server, how),
        before: name in before ? sayValue(field, before[name], how) : null,
        differs: name in mine && !same(mine[name], server),
      };
    })
    .sort((a, b) => Number(b.differs) - Number(a.differs));
}

/** What was done before it was settled: by whom, when, and why; nothing when nothing was. */
export interface Overruled {
  acts: readonly string[];
  by: string;
  at: string;
  reason: string | null;
}

export function overruledOf(value: Json): Overruled[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry): Overruled[] => {
    const { acts, by, at, reason } = asPatch(entry);
    if (!Array.isArray(acts) || typeof by !== 'string' || typeof at !== 'string') return [];
    return [{ acts: acts.map(String), by, at, reason: typeof reason === 'string' ? reason : null }];
  });
}

/** One sentence of what happened. */
export function conflictSentence(conflict: ConflictLike): string {
  const thing = (recordOf(conflict.kind)?.title ?? 'Record').toLowerCase();
  const removal = (conflict.fields ?? []).includes('deleted');
  if (removal && conflict.op === 'retract') return `One removed this ${thing} while the other changed it.`;
  if (removal) return `One changed this ${thing} while the other removed it.`;
  return `Two people changed this ${thing} apart.`;
}

export interface RefusedMutation {
  mutation: Mutation;
  /** What the server said of it; undefined when it was only refused along with another. */
  say: string | undefined;
  code: string | undefined;
  fields: Readonly<Record<string, string>>;
}

/** The writes of a refused group, the culprits first. */
export function refusedMutations(entry: AttentionEntry): RefusedMutation[] {
  const byMid = new Map(entry.results.map((r) => [r.mid, r]));
  return entry.group.mutations
    .map((mutation) => {
      const result = byMid.get(mutation.mid);
      const culprit = result?.status === 'refused' && result.code !== 'GROUP_REFUSED';
      return {
        mutation,
        say: culprit ? (result.say ?? undefined) : undefined,
        code: result?.code,
        fields: result?.fields ?? {},
      };
    })
    .sort((a, b) => Number(b.say !== undefined) - Number(a.say !== undefined));
}

/** The patient a write is about, when it names one. */
export function patientIdOf(kind: string, id: string, values: Readonly<Record<string, Json | undefined>>): string | undefined {
  if (kind === 'patients') return id;
  return typeof values.patient_id === 'string' ? values.patient_id : undefined;
}
