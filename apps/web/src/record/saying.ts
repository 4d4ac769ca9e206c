import { useMemo } from 'react';
import { peek, useRows } from '../store/index.ts';
import { usePresent } from './present.ts';
import { type Saying, titleOf } from './values.ts';

/** How values are said now, with the names of wards and people. */
export function useSaying(): Saying {
  const { zone, now } = usePresent();
  const wards = useRows('wards');
  const users = useRows('users');
  return useMemo(() => {
    const names = new Map<string, string>();
    for (const w of wards) names.set(w.id, titleOf('wards', w));
    for (const u of users) names.set(u.id, titleOf('users', u));
    return { zone, now, linked: (kind, id) => names.get(id) ?? titleOf(kind, peek(kind, id)) };
  }, [zone, now, wards, users]);
}
