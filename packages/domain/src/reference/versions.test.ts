import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkPrescription, entriesUsed } from '../checks/prescription.ts';
import { line, WELL } from '../checks/testing-facts.ts';
import drugs from './drugs.json' with { type: 'json' };
import { laboratoryOf, markOf, prescribingOf, shippedLaboratory, shippedPrescribing } from './given.ts';
import labs from './labs.json' with { type: 'json' };
import {
  contentOf,
  differences,
  entriesOf,
  inUse,
  nextVersion,
  REFERENCE_KINDS,
  type Version,
  versionName,
} from './versions.ts';

const KIND = 'reference_drugs';
interface Row extends Version {
  name: string;
  remarks: string | null;
}
const row = (release: number, edit: number, remarks: string | null, more: Partial<Row> = {}): Row => ({
  id: `${release}.${edit}`,
  entry_key: 'x',
  name: 'X',
  release,
  edit,
  remarks,
  withdrawn: null,
  is_reviewed: null,
  ...more,
});
const say = (...rows: Row[]) => {
  const [found] = entriesOf(KIND, rows);
  return found ? [versionName(found.used), found.offered && versionName(found.offered)] : [];
};

test.each([
  [[row(1, 0, 'a')], ['1', null]],
  [
    [row(1, 0, 'a'), row(2, 0, 'b')],
    ['2', null],
  ],
  [
    [row(1, 0, 'a'), row(1, 1, 'ours'), row(1, 2, 'ours again')],
    ['1.2', null],
  ],
  // A new release beside ours is compared; what it says alike is not.
  [
    [row(1, 0, 'a'), row(1, 1, 'ours'), row(2, 0, 'b')],
    ['1.1', '2'],
  ],
  [
    [row(1, 0, 'a'), row(1, 1, 'b'), row(2, 0, 'b')],
    ['1.1', null],
  ],
  // Decided: kept, or taken, and then carried on with what is shipped.
  [
    [row(1, 0, 'a'), row(1, 1, 'ours'), row(2, 0, 'b'), row(2, 1, 'ours')],
    ['2.1', null],
  ],
  [
    [row(1, 0, 'a'), row(1, 1, 'ours'), row(2, 0, 'b'), row(2, 1, 'b')],
    ['2.1', null],
  ],
  [
    [row(1, 0, 'a'), row(2, 0, 'b'), row(2, 1, 'b'), row(3, 0, 'c')],
    ['3', null],
  ],
  [
    [row(1, 0, 'a'), row(2, 0, 'b'), row(2, 1, 'ours'), row(3, 0, 'c')],
    ['2.1', '3'],
  ],
  // Made here before any release had it.
  [[row(0, 1, 'ours')], ['0.1', null]],
  [
    [row(0, 1, 'ours'), row(3, 0, 'c')],
    ['0.1', '3'],
  ],
  // Written on an older release by who had not seen the decision: not lost, not silently over it.
  [
    [
      row(1, 0, 'a'),
      row(2, 0, 'b'),
      row(2, 1, 'ours', { created_at: '2026-11-01' }),
      row(1, 1, 'late', { created_at: '2026-11-02' }),
    ],
    ['2.1', '1.1'],
  ],
  [
    [row(1, 0, 'a'), row(1, 1, 'old', { created_at: '2026-11-01' }), row(2, 1, 'ours', { created_at: '2026-11-02' })],
    ['2.1', null],
  ],
])('of %# is used, and offered, %j', (rows, expected) => {
  expect(say(...rows)).toEqual(expected);
  expect(say(...rows.toReversed())).toEqual(expected);
});

test('in whatever order versions arrive, every device uses the same one; an edit is always above all it has seen', () => {
  const version = fc.record({ release: fc.nat(4), edit: fc.nat(3), remarks: fc.constantFrom('a', 'b', null) });
  const versions = fc.uniqueArray(version, {
    minLength: 1,
    maxLength: 8,
    selector: ({ release, edit }) => `${release}.${edit}`,
  });
  fc.assert(
    fc.property(versions, fc.infiniteStream(fc.nat()), (given, chance) => {
      const rows = given.map(({ release, edit, remarks }) => row(release, edit, remarks));
      const other = rows.toSorted(() => ((chance.next().value ?? 0) % 2 === 0 ? 1 : -1));
      expect(say(...other)).toEqual(say(...rows));
      const [entry] = entriesOf(KIND, rows);
      if (!entry) return;
      const next = { ...row(0, 0, 'mine'), ...nextVersion(entry), id: 'mine' };
      expect(entriesOf(KIND, [...rows, next])[0]).toMatchObject({ used: next, offered: null });
    }),
  );
});

test('says which fields differ; no answer and an empty list are alike, no is an answer', () => {
  const drug = { name: 'X', sources: [], on_who_list: null, remarks: 'a' };
  expect(differences(KIND, drug, { ...drug, sources: null })).toEqual([]);
  expect(differences(KIND, drug, { ...drug, on_who_list: false, remarks: 'b' })).toEqual(['on_who_list', 'remarks']);
  expect(
    differences('reference_lab_tests', { intervals: [{ sex: 'any', low: 1 }] }, { intervals: [{ low: 1, sex: 'any' }] }),
  ).toEqual([]);
  // Who signed, and why it was changed, is not what an entry says.
  for (const kind of REFERENCE_KINDS) {
    expect(contentOf(kind)).toContain('sources');
    expect(contentOf(kind)).not.toContain('is_reviewed');
    expect(contentOf(kind)).not.toContain('edit_reason');
  }
});

test('what was withdrawn is no longer known to the checks', () => {
  expect([...inUse(KIND, [row(1, 0, 'a'), row(1, 1, 'a', { withdrawn: true })]).keys()]).toEqual([]);
});

test('a dose limit that the pharmacy changed is the one that is checked, with its version and signature', () => {
  const shipped = shippedPrescribing(drugs);
  const paracetamol = shipped.drugs.find(({ entry_key }) => entry_key === 'paracetamol');
  if (!paracetamol) throw new Error('no paracetamol');
  const dose = [line('Paracetamol', '1 g', 'every 6 hours')];
  const codes = (reference: ReturnType<typeof prescribingOf>) =>
    checkPrescription(dose, WELL, reference).flatMap(({ code, severity }) => (severity === 'stop' ? [code] : []));
  const before = prescribingOf(shipped);
  expect(codes(before)).toEqual([]);
  const edited = { ...paracetamol, edit: 1, max_day_adult_mg: 3000, is_reviewed: true };
  const after = prescribingOf({ ...shipped, drugs: [...shipped.drugs, edited] });
  expect(codes(after)).toEqual(['dose.daily']);
  expect(after.mark('drug', 'paracetamol')).toEqual({ key: 'drug/paracetamol', version: '1.1', unreviewed: false });
  const [first] = dose;
  expect(first && entriesUsed(first, checkPrescription(dose, WELL, after), after)).toBe('drug/paracetamol, 1.1');
  expect(first && entriesUsed(first, [], before)).toBe('drug/paracetamol, 1, unreviewed');
  expect(entriesUsed(line('Wonder balm'), [], before)).toBeNull();
});

test('every shipped test of the laboratory is given to the flags as it stands in the file', () => {
  const given = laboratoryOf(shippedLaboratory(labs));
  expect(given.tests).toHaveLength(labs.tests.length);
  for (const test of given.tests) {
    const file = labs.tests.find(({ id }) => id === test.id);
    expect([test.unit, test.altUnit, test.reference, test.critical]).toEqual([
      file?.unit,
      file?.altUnit,
      file?.reference,
      file?.critical,
    ]);
  }
  expect(markOf('lab_test', row(2, 3, null)).version).toBe('2.3');
});
