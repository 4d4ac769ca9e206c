import type { RecordDef } from '@psa/domain';
import { useMemo } from 'react';
import { peek, peekBy, useChanges, useRows } from '../store/index.ts';
import { CALLED_AFTER } from './moment.ts';
import { usePresent } from './present.ts';
import { type Saying, titleOf } from './values.ts';

const NONE: readonly string[] = [];
const linkedKinds = new Map<string, readonly string[]>();

/** The kinds that fields of this record point to, wards and people apart: those are followed always. */
function linkedBy(def: RecordDef | undefined): readonly string[] {
  if (!def) return NONE;
  let kinds = linkedKinds.get(def.name);
  if (!kinds) {
    const to = Object.values(def.fields).flatMap((f) => (f.to && f.to !== 'wards' && f.to !== 'users' ? [f.to] : []));
    const after = CALLED_AFTER[def.name];
    kinds = [...new Set(after ? [...to, after.kind] : to)];
    linkedKinds.set(def.name, kinds);
  }
  return kinds;
}

/**
 * How values are said now, with the names of wards and people.
 * @param def the record whose values are said: what it points to is followed too, so that a name that arrives later is shown.
 */
export function useSaying(def?: RecordDef): Saying {
  const { zone, now } = usePresent();
  const wards = useRows('wards');
  const users = useRows('users');
  const linked = useChanges(linkedBy(def));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `linked` says when the names that peek() finds may be others.
  return useMemo(() => {
    const names = new Map<string, string>();
    for (const w of wards) names.set(w.id, titleOf('wards', w));
    for (const u of users) names.set(u.id, titleOf('users', u));
    return {
      zone,
      now,
      linked: (kind, id) => names.get(id) ?? titleOf(kind, peek(kind, id)),
      lines: (kind, field, id) => peekBy(kind, field, id).map((row) => titleOf(kind, row)),
    };
  }, [zone, now, wards, users, linked]);
}
