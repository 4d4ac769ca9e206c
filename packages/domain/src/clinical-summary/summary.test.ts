import { describe, expect, test } from 'vitest';
import { chanceFrom } from '../chance.ts';
import { randomFields } from '../random.ts';
import type { AnyRow, Patch } from '../record.ts';
import { RECORDS, recordOf } from '../records/index.ts';
import { admissionSummary, type Chart, DRAFTED_BY_RULES, type Sentence, summaryText } from './index.ts';
import { RULES, SUMMARY_KINDS } from './rules.ts';

let made = 0;
function row(kind: string, patch: Patch): AnyRow {
  made++;
  const empty = Object.fromEntries(Object.keys(recordOf(kind)?.fields ?? {}).map((field) => [field, null]));
  const at = '2026-11-20T08:00:00.000Z';
  const system = {
    facility_id: 'f',
    created_by: null,
    updated_by: null,
    created_at: at,
    updated_at: at,
    deleted: false,
    row_version: 1,
  };
  return { ...empty, id: `${kind}-${made}`, ...system, ...patch };
}

const patient = row('patients', {
  hospital_number: 'UNTH/2026/00017',
  first_name: 'Adaeze',
  last_name: 'Okafor',
  gender: 'Female',
  date_of_birth: '1990-12-01',
  date_of_birth_precision: 'Exact',
  genotype: 'AA',
});
const stay = row('patient_admissions', {
  admission_number: 'ADM-26-1',
  admission_date: '2026-11-20T23:30:00.000Z',
  admission_type: 'Emergency',
  ward_id: 'w1',
  bed_number: '5',
  status: 'Active',
  presenting_complaint: 'Flame burns\nsince 4 hours',
});
const chart = (rows: Chart['rows'] = {}, change: Partial<Chart> = {}): Chart => ({
  patient,
  stay,
  rows: { patient_allergies: [], ...rows },
  nameOf: (kind, id) => (kind === 'wards' && id === 'w1' ? 'Ward 3' : undefined),
  time_zone: 'Africa/Lagos',
  ...change,
});
const texts = (c: Chart, section?: string): string[] =>
  admissionSummary(c)
    .filter((s) => section === undefined || s.section === section)
    .map((s) => s.text);

describe('a draft', () => {
  test('tells who, when, where and why, in the zone of the hospital and in the words that were entered', () => {
    expect(texts(chart(), 'Stay')).toEqual([
      'Adaeze Okafor, 35 years old on admission, Female, hospital number UNTH/2026/00017.',
      'Admitted on 21 November 2026, 00:30 (Emergency) to Ward 3 bed 5, admission number ADM-26-1.',
      'The patient is in hospital.',
    ]);
    expect(texts(chart(), 'History')[0]).toBe('Presenting complaint: Flame burns; since 4 hours.');
  });

  test('says what is not recorded, and where it looked', () => {
    const missing = admissionSummary(chart({ ward_rounds: [] })).filter((s) => s.missing);
    expect(missing.map((s) => s.text)).toEqual([
      'Not recorded: history of presenting complaint, past medical history, past surgical history, family history, social history, examination, provisional diagnosis, chronic conditions, current medications, blood group.',
      'No allergies are recorded; that does not mean that there are none.',
      'No ward round is recorded for this stay.',
    ]);
    expect(missing[0]?.sources).toContainEqual({ kind: 'patient_admissions', id: stay.id, field: 'family_history' });
    expect(missing[1]?.sources).toEqual([{ kind: 'patient_allergies', id: null, field: null }]);
  });

  test('an estimated age is about, an unknown one not known', () => {
    const of = (change: Patch) => texts(chart({}, { patient: { ...patient, ...change } }))[0];
    expect(of({ date_of_birth_precision: 'Estimated' })).toContain('about 35 years old');
    expect(of({ date_of_birth: null, date_of_birth_precision: 'Unknown' })).toContain('age not known');
  });

  test('"no known allergies" is somebody’s statement; an active allergy stands before it; what ended is not told', () => {
    const none = row('patient_allergies', { assertion: 'No known allergies', status: 'Active' });
    const drug = row('patient_allergies', {
      assertion: 'Allergy',
      substance: 'Penicillin',
      reaction: 'Rash',
      status: 'Active',
    });
    const ended = row('patient_allergies', { assertion: 'Allergy', substance: 'Latex', status: 'Refuted' });
    expect(texts(chart({ patient_allergies: [none, ended] }), 'Allergies')).toEqual([
      'No known allergies, as stated on 20 November 2026, 09:00.',
    ]);
    expect(texts(chart({ patient_allergies: [none, drug, ended] }), 'Allergies')).toEqual(['Allergy to Penicillin, Rash.']);
    expect(texts(chart({ patient_allergies: [ended] }), 'Allergies')[0]).toContain('No allergies are recorded');
    expect(texts(chart({ patient_allergies: undefined }), 'Allergies')).toEqual([]);
  });

  test('tells the latest of this stay only, and how many it leaves out', () => {
    const round = (seen_at: string, impression: string, admission_id: string | null = null) =>
      row('ward_rounds', { seen_at, impression, round_grade: 'Consultant', admission_id });
    const rows = [
      round('2026-11-19T08:00:00.000Z', 'before the stay'),
      round('2026-11-21T08:00:00.000Z', 'older'),
      round('2026-11-22T08:00:00.000Z', 'newest'),
      round('2026-11-23T08:00:00.000Z', 'another stay', 'other'),
    ];
    expect(texts(chart({ ward_rounds: rows }), 'Now')).toEqual([
      'Latest ward round 22 November 2026, 09:00: round of: Consultant; impression: newest.',
      'Older entries not repeated here (ward rounds): 1.',
    ]);
  });

  test('medicines come through their prescription; a cancelled one prescribes nothing', () => {
    const header = row('prescriptions', { status: 'Active', admission_id: stay.id });
    const cancelled = row('prescriptions', { status: 'Cancelled', admission_id: stay.id });
    const item = (prescription_id: string, medication_name: string) =>
      row('prescription_items', { prescription_id, medication_name, dosage: '1 g', route: 'IV', frequency: 'twice a day' });
    const items = [item(header.id, 'Ceftriaxone'), item(cancelled.id, 'Tramadol')];
    const told = texts(chart({ prescriptions: [header, cancelled], prescription_items: items }), 'Medicines');
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('Ceftriaxone 1 g IV twice a day');
  });

  test('a line of a prescription on hold is told as on hold, with the reason', () => {
    const held = row('prescriptions', { status: 'On Hold', hold_reason: 'Allergy to penicillin?', admission_id: stay.id });
    const item = row('prescription_items', { prescription_id: held.id, medication_name: 'Ampicillin', dosage: '1 g' });
    const drafted = admissionSummary(chart({ prescriptions: [held], prescription_items: [item] }));
    const told = drafted.filter(({ section }) => section === 'Medicines');
    expect(told.map(({ text }) => text)).toEqual([
      'Prescribed 20 November 2026, 09:00: Ampicillin 1 g; prescription: On Hold; why on hold: Allergy to penicillin?',
    ]);
    expect(told[0]?.sources).toContainEqual({ kind: 'prescriptions', id: held.id, field: 'hold_reason' });
    const open = { ...held, status: 'Active', hold_reason: null };
    expect(texts(chart({ prescriptions: [open], prescription_items: [item] }), 'Medicines')[0]).not.toContain('prescription');
  });

  test.each([
    [null, true],
    [false, true],
    [true, false],
  ])('a result with verified %j says that it is not: %j', (is_verified, said) => {
    const result = {
      status: 'Completed',
      test_name: 'Haemoglobin',
      results: '6.1 g/dL',
      result_date: '2026-11-21T08:00:00.000Z',
    };
    const told = texts(chart({ lab_investigations: [row('lab_investigations', { ...result, is_verified })] }), 'Results')[0];
    expect(told?.includes('; not verified')).toBe(said);
  });

  test('as a text says by whom it was drafted', () => {
    expect(summaryText(admissionSummary(chart()))).toContain(DRAFTED_BY_RULES);
  });
});

test('the rules name kinds and fields that are declared', () => {
  const system = ['created_at'];
  for (const rule of RULES) {
    const fields = Object.keys(recordOf(rule.kind)?.fields ?? {});
    const lacked = rule.lacks ? [rule.lacks.field] : [];
    const named = [rule.at, ...rule.plain, ...rule.named, ...(rule.each ?? []), ...Object.keys(rule.only ?? {}), ...lacked];
    for (const field of rule.through?.named ?? [])
      expect(recordOf(rule.through?.kind ?? '')?.fields[field], field).toBeDefined();
    expect({ kind: rule.kind, unknown: named.filter((field) => !fields.includes(field) && !system.includes(field)) }).toEqual({
      kind: rule.kind,
      unknown: [],
    });
    for (const [field, values] of Object.entries(rule.only ?? {})) {
      const choices: readonly unknown[] = recordOf(rule.kind)?.fields[field]?.choices ?? [];
      expect(
        values.filter((value) => !choices.includes(value)),
        `${rule.kind}.${field}`,
      ).toEqual([]);
    }
  }
});

test('of random charts: every sentence names what it comes from, every value in it stands there, nothing else is told', () => {
  const chance = chanceFrom(4711);
  const links = Object.fromEntries(Object.keys(RECORDS).map((kind) => [kind, [`${kind}-1`]]));
  for (let n = 0; n < 150; n++) {
    const some = (kind: string, change: Patch = {}): AnyRow =>
      row(kind, { ...randomFields(recordOf(kind) as never, chance, links), ...change });
    const rows = Object.fromEntries(
      SUMMARY_KINDS.map((kind) => [
        kind,
        Array.from({ length: chance.below(5) }, () =>
          some(kind, 'admission_id' in (recordOf(kind)?.fields ?? {}) ? { admission_id: stay.id } : {}),
        ),
      ]),
    );
    const who = some('patients');
    const where = { ...some('patient_admissions'), id: stay.id };
    const whole: Chart = { patient: who, stay: where, rows, nameOf: (kind, id) => `${kind} ${id}`, time_zone: 'UTC' };
    const all = new Map([who, where, ...Object.values(rows).flat()].map((r) => [r.id, r]));
    for (const s of admissionSummary(whole)) {
      expect(s.sources.length, s.text).toBeGreaterThan(0);
      expect(unsourced(s, all), s.text).toEqual([]);
      expect(s.text).not.toMatch(/undefined|null|NaN|\[object/);
    }
  }
});

/** Sources that are not there, or whose field is empty in a sentence that tells it. */
function unsourced(s: Sentence, all: ReadonlyMap<string, AnyRow>): string[] {
  return s.sources.flatMap(({ kind, id, field }) => {
    if (id === null) return [];
    const from = all.get(id);
    if (!from) return [`${kind} ${id} is not in the chart`];
    const value = field === null ? true : from[field];
    const isEmpty = value === null || value === undefined;
    if (s.missing) return isEmpty ? [] : [`${field} is recorded`];
    return isEmpty && field !== 'date_of_birth_precision' ? [`${kind}.${field} is empty`] : [];
  });
}
