import { describe, expect, test } from 'vitest';
import { recordOf } from '../records/index.ts';
import { brokenChecks, problemsOf } from '../schemas.ts';
import { demoWard } from './ward.ts';

const options = {
  seed: 7,
  patients: 400,
  nowMs: Date.UTC(2026, 10, 22, 9),
  wards: [
    { id: '018f0000-0000-7000-8000-000000000001', beds: ['A1', 'A2', 'A3'] },
    { id: '018f0000-0000-7000-8000-000000000002', beds: ['B1', 'B2', 'B3', 'B4', 'B5', 'B6'] },
  ],
  consultants: ['018f0000-0000-7000-8000-0000000000aa'],
};
const wishes = [...demoWard(options)].flat();

describe('the demonstration ward', () => {
  test('is the same to the letter for the same seed, and another for another', () => {
    expect([...demoWard(options)].flat()).toEqual(wishes);
    expect([...demoWard({ ...options, seed: 8 })].flat()).not.toEqual(wishes);
  });

  test('passes every rule a person would have to pass', () => {
    for (const wish of wishes) {
      const def = recordOf(wish.kind);
      if (!def) throw new Error(wish.kind);
      expect(problemsOf(def, 'create', wish.patch), JSON.stringify(wish)).toBeUndefined();
      const row = Object.fromEntries(Object.keys(def.fields).map((f) => [f, wish.patch[f] ?? null]));
      expect(brokenChecks(def, row).map((rule) => rule.name)).toEqual([]);
    }
  });

  test('lays two beds in three, one patient to a bed, one open stay to a patient', () => {
    const open = wishes.filter((w) => w.kind === 'patient_admissions' && w.patch.status === 'Active');
    expect(open).toHaveLength(6);
    expect(new Set(open.map((w) => `${w.patch.ward_id}/${w.patch.bed_number}`)).size).toBe(6);
    expect(new Set(open.map((w) => w.patch.patient_id)).size).toBe(6);
  });

  test('admits nobody before birth', () => {
    const born = new Map(wishes.filter((w) => w.kind === 'patients').map((w) => [w.id, w.patch.date_of_birth]));
    for (const { kind, patch } of wishes) {
      if (kind !== 'patient_admissions') continue;
      expect(String(patch.admission_date).slice(0, 10) >= String(born.get(String(patch.patient_id)) ?? '')).toBe(true);
    }
  });

  test('orders for each stay in the bed, and points only to what it made before, of the same patient', () => {
    const made = new Map<string, string>();
    for (const { kind, id, patch } of wishes) {
      for (const link of ['patient_id', 'admission_id', 'prescription_id']) {
        const to = patch[link] ?? null;
        if (to === null) continue;
        expect(made.get(String(to)), `${kind}.${link}`).toBe(kind === 'patients' ? undefined : patch.patient_id);
      }
      made.set(id, kind === 'patients' ? id : String(patch.patient_id));
    }
    const count = (kind: string) => wishes.filter((w) => w.kind === kind).length;
    expect(count('prescriptions')).toBe(6);
    expect(count('lab_investigations')).toBeGreaterThan(12);
    expect(wishes.length / options.patients).toBeLessThan(4);
  });

  test('gives no child the dose of an adult', () => {
    const born = new Map(wishes.filter((w) => w.kind === 'patients').map((w) => [w.id, w.patch.date_of_birth]));
    for (const { kind, patch } of wishes) {
      const age = (options.nowMs - Date.parse(String(born.get(String(patch.patient_id))))) / (365.25 * 86_400_000);
      if (kind === 'prescription_items' && age < 15) expect(patch.dosage).toMatch(/kg$/);
    }
  });

  test('lays men and women where they belong', () => {
    const [first, second] = options.wards;
    const parted = [
      ...demoWard({ ...options, wards: [{ ...first, takes: 'Female' }, { ...second }] as typeof options.wards }),
    ].flat();
    const sex = new Map(parted.filter((w) => w.kind === 'patients').map((w) => [w.id, w.patch.gender]));
    const inFirst = parted.filter((w) => w.patch.ward_id === first?.id).map((w) => sex.get(String(w.patch.patient_id)));
    expect(new Set(inFirst)).toEqual(new Set(['Female']));
  });

  test('gives every hospital number and id once', () => {
    const numbers = wishes.filter((w) => w.kind === 'patients').map((w) => w.patch.hospital_number);
    expect(new Set(numbers).size).toBe(400);
    expect(new Set(wishes.map((w) => w.id)).size).toBe(wishes.length);
  });

  test('operates on some, one operation of a surgeon at a time, and dates nothing done in the future', () => {
    const beds = Array.from({ length: 120 }, (_, i) => `C${i}`);
    const full = [...demoWard({ ...options, wards: options.wards.map((w) => ({ ...w, beds })) })].flat();
    const of = (kind: string) => full.filter((w) => w.kind === kind).map((w) => w.patch);
    const bookings = of('surgery_bookings');
    const coming = bookings.filter((b) => b.status === 'Scheduled');
    expect(coming.length).toBeGreaterThan(0);
    for (const rule of recordOf('surgery_bookings')?.against ?? []) {
      for (const booking of coming) {
        expect(
          rule.test(
            booking,
            bookings.filter((b) => b !== booking),
          ),
        ).toBe(true);
      }
    }
    const done = [...of('operation_notes').map((n) => n.ended_at), ...of('treatment_plans').map((p) => p.approved_at)];
    expect(done.length).toBeGreaterThan(20);
    expect(done.filter((at) => String(at) > new Date(options.nowMs).toISOString())).toEqual([]);
    expect(of('mdt_cases')).toHaveLength(3);
  });
});
