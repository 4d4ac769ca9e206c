import { expect, test } from 'vitest';
import { isWrong, readPrescription } from './prescription.ts';

const present = { now: '2026-11-22T14:05:00.000Z', today: '2026-11-22', zone: 'Africa/Lagos' };
const fixed = { patient_id: '019ca869-5000-7253-9d71-97f51fd61647' };
const P = '019ca869-5000-7253-9d71-97f51fd61648';
const drug = (name: string) => ({ medication_name: name, dosage: '1 g', route: 'Oral', frequency: '8-hourly' });

test('head and lines are one save; a line that was not begun is left out', () => {
  const read = readPrescription(
    {
      id: P,
      head: { prescription_type: 'Inpatient' },
      lines: [
        { id: 'a', raws: drug('Paracetamol') },
        { id: 'b', raws: { medication_name: '', dosage: null } },
        { id: 'c', raws: drug('Ceftriaxone') },
      ],
    },
    fixed,
    present,
  );
  expect(isWrong(read)).toBe(false);
  expect(read.wishes.map((w) => [w.kind, w.id])).toEqual([
    ['prescriptions', P],
    ['prescription_items', 'a'],
    ['prescription_items', 'c'],
  ]);
  expect(read.wishes[0]?.patch).toEqual({ ...fixed, prescription_type: 'Inpatient', status: 'Active' });
  expect(read.wishes[2]?.patch).toEqual({ ...drug('Ceftriaxone'), ...fixed, prescription_id: P });
});

test('a prescription without a medicine, and a medicine without a dose, are told at their place', () => {
  const empty = readPrescription({ id: P, head: {}, lines: [{ id: 'a', raws: {} }] }, fixed, present);
  expect(Object.keys(empty.lines[0] ?? {})).toEqual(
    expect.arrayContaining(['medication_name', 'dosage', 'route', 'frequency']),
  );
  const lines = [
    { id: 'a', raws: drug('Paracetamol') },
    { id: 'b', raws: { medication_name: 'Tramadol', route: 'Oral', frequency: 'once' } },
  ];
  const half = readPrescription({ id: P, head: {}, lines }, fixed, present);
  expect(half.lines).toEqual([{}, { dosage: 'Dose is needed.' }]);
});
