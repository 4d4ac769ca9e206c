import { type AnyRow, chanceFrom } from '@psa/domain';
import type { Gone } from '@psa/sync';
import { expect, test } from 'vitest';
import { Slices } from './slices.ts';
import { WorkingSet } from './working-set.ts';

const AT = '2026-01-01T00:00:00.000Z';
const rowOf = (id: string, row_version: number, patient_id: string, note: string): AnyRow => ({
  id,
  facility_id: 'f',
  created_by: null,
  updated_by: null,
  created_at: AT,
  updated_at: AT,
  deleted: false,
  row_version,
  patient_id,
  last_name: note,
});

type Step =
  | { do: 'put'; kind: string; id: string; v: number; by: string; note: string }
  | { do: 'gone'; kind: string; id: string; v: number }
  | { do: 'wish'; kind: string; id: string; note: string | null }
  | { do: 'drop'; by: string };

/** Forty random steps, the same for the same seed. */
function stepsOf(seed: number): Step[] {
  const c = chanceFrom(seed);
  return Array.from({ length: 40 }, (): Step => {
    const kind = c.pick(['patients', 'patient_allergies']);
    const id = c.pick(['1', '2', '3', '4']);
    const note = c.pick(['a', 'b', 'c']);
    const v = 1 + c.below(4);
    switch (c.below(4)) {
      case 0:
        return { do: 'put', kind, id, v, by: c.pick(['x', 'y']), note };
      case 1:
        return { do: 'gone', kind, id, v };
      case 2:
        return { do: 'wish', kind, id, note: c.odds(0.3) ? null : note };
      default:
        return c.odds(0.3) ? { do: 'drop', by: c.pick(['x', 'y']) } : { do: 'put', kind, id, v, by: c.pick(['x', 'y']), note };
    }
  });
}

const sorted = (rows: readonly AnyRow[]): AnyRow[] => [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));

test('[S10] what is shown is what a computation from scratch shows, and who shows it is told', async () => {
  for (let seed = 1; seed <= 300; seed++) await follow(seed, stepsOf(seed));
});

async function follow(seed: number, steps: readonly Step[]): Promise<void> {
  const at = `seed ${seed}`;
  // The model: server copies by newest version, wishes over them, and nothing cleverer.
  const server = new Map<string, { v: number; row: AnyRow | null }>();
  const wishes = new Map<string, string>();
  const lay = (k: string, i: string, row: AnyRow | undefined): AnyRow | undefined => {
    const wish = wishes.get(`${k}/${i}`);
    return wish === undefined ? row : { ...(row ?? rowOf(i, 0, 'x', '')), last_name: wish };
  };
  const set = new WorkingSet(lay);
  const seen = new Map<string, readonly AnyRow[]>();
  const look = (name: string, read: () => readonly AnyRow[], subscribe: (told: () => void) => void): void => {
    seen.set(name, read());
    subscribe(() => seen.set(name, read()));
  };
  for (const k of ['patients', 'patient_allergies']) {
    look(
      k,
      () => set.rows(k),
      (told) => set.topics.subscribe(k, told),
    );
    for (const p of ['x', 'y'])
      look(
        `${k}?${p}`,
        () => set.rowsBy(k, 'patient_id', p),
        (told) => set.subscribeBy(k, 'patient_id', p, told),
      );
  }
  for (const s of steps) {
    if (s.do === 'put') {
      const row = rowOf(s.id, s.v, s.by, s.note);
      if ((server.get(`${s.kind}/${s.id}`)?.v ?? 0) <= s.v) server.set(`${s.kind}/${s.id}`, { v: s.v, row });
      set.apply({ [s.kind]: [row] });
    } else if (s.do === 'gone') {
      if ((server.get(`${s.kind}/${s.id}`)?.v ?? 0) <= s.v) server.set(`${s.kind}/${s.id}`, { v: s.v, row: null });
      set.apply({}, [[s.kind, s.id, 'D', s.v] satisfies Gone]);
    } else if (s.do === 'wish') {
      if (s.note === null) wishes.delete(`${s.kind}/${s.id}`);
      else wishes.set(`${s.kind}/${s.id}`, s.note);
      set.refresh([{ kind: s.kind, id: s.id }]);
    } else {
      for (const [key, { row }] of server) if (row?.patient_id === s.by) server.delete(key);
      await set.replace(
        (_k, row) => row.patient_id === s.by,
        {},
        [],
        () => true,
      );
    }
    for (const k of ['patients', 'patient_allergies']) {
      const all = ['1', '2', '3', '4']
        .map((i) => lay(k, i, server.get(`${k}/${i}`)?.row ?? undefined))
        .filter((r) => r !== undefined);
      expect(sorted(set.rows(k)), at).toEqual(sorted(all));
      expect(sorted(seen.get(k) ?? []), at).toEqual(sorted(all));
      for (const p of ['x', 'y']) {
        const some = sorted(all.filter((r) => r.patient_id === p));
        expect(sorted(set.rowsBy(k, 'patient_id', p)), at).toEqual(some);
        expect(sorted(seen.get(`${k}?${p}`) ?? []), at).toEqual(some);
      }
      if (k === 'patients') expect(sorted(set.search('')), at).toEqual(sorted(all));
    }
  }
}

test('answers stay the same objects until they change', () => {
  const set = new WorkingSet((_kind, _id, server) => server && { ...server });
  set.apply({ patients: [rowOf('1', 1, 'x', 'a'), rowOf('2', 1, 'y', 'b')] });
  const [rows, one, by, found] = [
    set.rows('patients'),
    set.row('patients', '1'),
    set.rowsBy('patients', 'patient_id', 'x'),
    set.search('a'),
  ];
  let told = 0;
  set.topics.subscribe('patients', () => told++);
  // Laid anew, but the same to look at.
  set.refresh([{ kind: 'patients', id: '1' }]);
  set.apply({ wards: [rowOf('9', 1, 'x', 'w')] });
  expect(told).toBe(0);
  expect(set.rows('patients')).toBe(rows);
  expect(set.row('patients', '1')).toBe(one);
  set.apply({ patients: [rowOf('2', 2, 'y', 'c')] });
  expect(told).toBe(1);
  expect(set.rows('patients')).not.toBe(rows);
  expect(set.row('patients', '1')).toBe(one);
  expect(set.rowsBy('patients', 'patient_id', 'x')).toBe(by);
  expect(set.search('a')).not.toBe(found);
});

/** A clock by which every piece is long enough, and what happens at each rest. */
const restless = (rest: () => void): Slices => {
  let now = 0;
  return new Slices(
    () => {
      now += 100;
      return now;
    },
    async () => rest(),
  );
};
const many = (count: number): AnyRow[] =>
  Array.from({ length: count }, (_, i) => rowOf(String(i), 1, 'x', `N${(i * 7919) % count}`));

test('many rows come in slices: what happens in between is answered, and the order is that of rows put at once', async () => {
  const [set, plain] = [new WorkingSet((_k, _i, server) => server), new WorkingSet((_k, _i, server) => server)];
  const rows = many(2000);
  let rests = 0;
  await set.replace(
    () => false,
    { patients: rows },
    [],
    () => true,
    restless(() => {
      rests++;
      set.search('n1');
    }),
  );
  plain.apply({ patients: rows });
  expect(rests).toBeGreaterThan(30);
  expect(set.search('').map((r) => r.id)).toEqual(plain.search('').map((r) => r.id));
  const inOrder = new WorkingSet((_k, _i, server) => server);
  await inOrder.replace(
    () => false,
    { patients: rows },
    [],
    () => true,
    restless(() => undefined),
  );
  expect(inOrder.search('').map((r) => r.id)).toEqual(plain.search('').map((r) => r.id));
});

test('when everything is forgotten in between, nothing more is put', async () => {
  const set = new WorkingSet((_k, _i, server) => server);
  let here = true;
  await set.replace(
    () => false,
    { patients: many(2000) },
    [],
    () => here,
    restless(() => {
      if (!here || set.rows('patients').length < 500) return;
      here = false;
      set.clear();
    }),
  );
  expect(here).toBe(false);
  expect(set.rows('patients')).toEqual([]);
  expect(set.search('')).toEqual([]);
});
