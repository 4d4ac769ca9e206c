import type { AnyRow } from '@psa/domain';
import type { Gone } from '@psa/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
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

const kind = fc.constantFrom('patients', 'patient_allergies');
const id = fc.constantFrom('1', '2', '3', '4');
const by = fc.constantFrom('x', 'y');
const note = fc.constantFrom('a', 'b', 'c');
const v = fc.integer({ min: 1, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('put' as const), kind, id, v, by, note }),
  fc.record({ do: fc.constant('gone' as const), kind, id, v }),
  fc.record({ do: fc.constant('wish' as const), kind, id, note: fc.option(note) }),
  fc.record({ do: fc.constant('drop' as const), by }),
);

const sorted = (rows: readonly AnyRow[]): AnyRow[] => [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));

test('[S10] what is shown is what a computation from scratch shows, and who shows it is told', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
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
          set.replace((_k, row) => row.patient_id === s.by, {});
        }
        for (const k of ['patients', 'patient_allergies']) {
          const all = ['1', '2', '3', '4']
            .map((i) => lay(k, i, server.get(`${k}/${i}`)?.row ?? undefined))
            .filter((r) => r !== undefined);
          expect(sorted(set.rows(k))).toEqual(sorted(all));
          expect(sorted(seen.get(k) ?? [])).toEqual(sorted(all));
          for (const p of ['x', 'y']) {
            const some = sorted(all.filter((r) => r.patient_id === p));
            expect(sorted(set.rowsBy(k, 'patient_id', p))).toEqual(some);
            expect(sorted(seen.get(`${k}?${p}`) ?? [])).toEqual(some);
          }
          if (k === 'patients') expect(sorted(set.search(''))).toEqual(sorted(all));
        }
      }
    }),
    { numRuns: 300 },
  );
});

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
