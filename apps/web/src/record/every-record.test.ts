import {
  type Actor,
  type AnyRow,
  chanceFrom,
  type Json,
  may,
  type RecordDef,
  ROLES,
  type Role,
  randomFields,
  SYNCED,
} from '@psa/domain';
import { describe, expect, test } from 'vitest';
import { type Present, rawOf, readForm, readRaw, sectionsOf } from './form.ts';
import { latestOf, momentOf, momentText, newestOf, summaryOf } from './moment.ts';
import { mayChange, offer } from './offer.ts';
import { type Saying, sayValue, titleOf } from './values.ts';

const PRESENT: Present = { now: '2026-11-22T14:05:30.123Z', today: '2026-11-22', zone: 'Africa/Lagos' };
const HOW: Saying = { ...PRESENT, linked: (kind, id) => `${kind} ${id.slice(-4)}` };
const ROWS = 4;
/** Until 1919 the clocks of Lagos were off by odd seconds; no form shows those. */
const MINUTES_SINCE = '1920';
const me = '01a1426b-0000-7000-8000-000000000001';
const actor = (role: Role): Actor => ({ user_id: me, facility_id: 'f', role });
const IDS = Object.fromEntries(SYNCED.map((def) => [def.name, [me, '01a1426b-0000-7000-8000-000000000002']]));

function rowsOf(def: RecordDef, seed: number): AnyRow[] {
  const chance = chanceFrom(seed);
  return Array.from({ length: ROWS }, (_, i) => ({
    ...randomFields(def, chance, IDS),
    id: `01a1426b-0000-7000-8000-0000000001${String(i).padStart(2, '0')}`,
    facility_id: 'f',
    created_by: me,
    updated_by: me,
    created_at: '2026-11-21T10:00:00.000Z',
    updated_at: '2026-11-21T10:00:00.000Z',
    deleted: false,
    row_version: 1,
  }));
}

const rawsOf = (def: RecordDef, fields: readonly string[], row: AnyRow) =>
  Object.fromEntries(fields.map((name) => [name, rawOf(def.fields[name] as never, row[name], PRESENT)]));

describe.each(SYNCED.map((def) => [def.name, def] as const))('%s', (name, def) => {
  const rows = rowsOf(def, 4711);

  test('what stands in a widget reads back as the value it stands for', () => {
    for (const row of rows) {
      for (const field of sectionsOf(def).flatMap((s) => s.fields)) {
        const spec = def.fields[field] as RecordDef['fields'][string];
        const value = row[field] as Json;
        // A lone number under a structured field is read as a list of one.
        if (spec.kind === 'json' && typeof value === 'number') continue;
        if (spec.kind === 'instant' && String(value) < MINUTES_SINCE) continue;
        const read = readRaw(spec, rawOf(spec, value, PRESENT), PRESENT);
        // A moment is shown to the minute; an untouched one is not read at all.
        const want = spec.kind === 'instant' && typeof value === 'string' ? `${value.slice(0, 16)}:00.000Z` : value;
        const empty = Array.isArray(want) && want.length === 0;
        expect([field, read]).toEqual([field, { value: empty || want === '' ? null : want }]);
      }
    }
  });

  test.each(ROLES)('the form of %s opens on any row, and saving it untouched changes nothing', (role) => {
    for (const row of rows) {
      const offered = offer(actor(role), def, row);
      const shown = sectionsOf(offered.def, [...offered.fields, ...offered.held.map((h) => h.field)]).flatMap((s) => s.fields);
      for (const field of offered.fields) {
        expect(shown).toContain(field);
        const { choices } = offered.def.fields[field] ?? {};
        if (choices && row[field] !== null) expect(choices).toContain(row[field]);
      }
      const read = readForm(offered.def, rawsOf(def, offered.fields, row), {
        before: row,
        fields: offered.fields,
        present: PRESENT,
      });
      expect([offered.fields, read]).toEqual([offered.fields, { patch: {}, problems: {} }]);
      expect(mayChange(actor(role), def, row)).toBe(offered.fields.length > 0);
    }
    // A correction begins as the old entry; what nobody touches goes over to the last digit.
    if (!may(actor(role), 'create', def)) return;
    const { def: asked, fields } = offer(actor(role), def);
    for (const row of rows) {
      const { patch } = readForm(asked, rawsOf(def, fields, row), { copied: row, fields, present: PRESENT });
      for (const field of fields) if (row[field] !== null) expect([field, patch[field]]).toEqual([field, row[field]]);
    }
  });

  test('every row has a title, a moment and a summary', () => {
    for (const row of rows) {
      expect(titleOf(name, row)).not.toBe('');
      expect(momentOf(def, row)).toMatch(/^\d{4}-/);
      expect(momentText(def, row, HOW)).toBeTruthy();
      expect(summaryOf(def, row, HOW)).not.toContain('undefined');
      for (const [field, spec] of Object.entries(def.fields)) sayValue(spec, row[field], HOW);
    }
    const newest = newestOf(def, rows).map((row) => momentOf(def, row));
    expect(newest).toEqual([...newest].sort().reverse());
    expect(momentOf(def, latestOf(def, rows) as AnyRow)).toBe(newest[0]);
  });
});

test('a prescription is called after its medicines, where they are at hand', () => {
  const prescriptions = SYNCED.find((def) => def.name === 'prescriptions') as RecordDef;
  const [row] = rowsOf(prescriptions, 7) as [AnyRow];
  const lines = (kind: string, field: string, id: string) =>
    kind === 'prescription_items' && field === 'prescription_id' && id === row.id ? ['Ceftriaxone', 'Paracetamol'] : [];
  expect(summaryOf(prescriptions, row, { ...HOW, lines })).toBe('Ceftriaxone, Paracetamol');
  expect(summaryOf(prescriptions, row, HOW)).not.toBe('');
});
