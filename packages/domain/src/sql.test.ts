import { expect, test } from 'vitest';
import { choice, date, flag, instant, integer, json, link, note, number, text, texts, time } from './fields.ts';
import { defineRecord, type RecordDef } from './record.ts';
import { RECORD_LIST } from './records/index.ts';
import { indexedFields, sqlName, tableSql } from './sql.ts';

const visits = defineRecord({
  name: 'visits',
  title: 'Visit',
  titles: 'Visits',
  about: 'A made-up record with a field of each kind.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    order: text('Order', { required: true, max: 30 }),
    story: note('Story', { max: 500 }),
    grade: choice('Grade', ['A', "B's"]),
    seen: flag('Seen', { required: true }),
    day: date('Day'),
    at: instant('At'),
    clock: time('Clock'),
    count: integer('Count', { least: 0, most: 10 }),
    size: integer('Size', { least: 0, most: 5_000_000_000 }),
    weight_kg: number('Weight', { least: 0.4, most: 350, decimals: 1, unit: 'kg' }),
    tags: texts('Tags'),
    extra: json('Extra', { merge: 'server' }),
  },
  access: { read: [], create: [], edit: [], retract: [] },
  checks: [{ name: 'visits_dated', fields: ['day'], say: '', sql: 'day is not null or at is not null', test: () => true }],
  unique: [{ name: 'visits_order_once', fields: ['order'], where: { grade: "B's" }, say: '' }],
  against: [{ name: 'visits_one_a_day', fields: ['day'], among: 'patient_id', say: '', test: () => true }],
  indexed: ['order'],
}) as unknown as RecordDef;

test('every kind of field has its column, every rule its name', () => {
  const sql = tableSql(visits);
  for (const line of [
    'patient_id uuid not null',
    '"order" varchar(30) not null',
    'story text',
    'grade text',
    'seen boolean not null',
    'day date',
    'at timestamptz(3)',
    'clock time(0)',
    'count integer',
    'size bigint',
    'weight_kg numeric(4, 1)',
    'tags text[]',
    'extra jsonb',
    'constraint visits_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id)',
    'constraint visits_story_length check (char_length(story) <= 500)',
    "constraint visits_grade_choice check (grade in ('A', 'B''s'))",
    'constraint visits_weight_kg_range check (weight_kg between 0.4 and 350)',
    'constraint visits_dated check (day is not null or at is not null)',
  ]) {
    expect(sql).toMatch(new RegExp(`^  ${line.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')},?$`, 'm'));
  }
  expect(sql).toContain(
    `create unique index visits_order_once on visits (facility_id, "order") where not deleted and grade = 'B''s';`,
  );
  expect(sql).toContain('create index visits_order_idx on visits (facility_id, "order");');
  expect(sql).toContain(`execute function sync_stamp('clinical');`);
  expect(sql).toContain('execute function visits_one_a_day();');
});

test('the function of a rule over what is linked to is made from its fields in order, that of another is written by hand', () => {
  const sql = tableSql({
    ...visits,
    fields: {
      ...visits.fields,
      patient_id: link('Patient', 'patients', { from: 'plan' }),
      plan: link('Plan', 'treatment_plans', { required: true }),
      before: link('Before', 'visits'),
    },
    across: [
      { name: 'visits_same', fields: ['plan', 'before'], same: 'patient_id', say: '' },
      { name: 'visits_otherwise', fields: ['day'], say: '' },
    ],
  });
  expect(sql).toContain(`select record_same('visits_same', 'patient_id', 'plan', 'treatment_plans', 'before', 'visits');
create trigger visits_same after insert or update on visits
  for each row execute function visits_same();`);
  expect(sql).toContain('execute function visits_otherwise();');
  expect(sql).not.toContain("record_same('visits_otherwise'");
  expect(sql).toContain(
    `create trigger visits_patient before insert on visits for each row
  when (new.patient_id is null) execute function record_patient('plan', 'treatment_plans');`,
  );
});

test('links and filtered fields are indexed once', () => {
  expect(indexedFields({ ...visits, indexed: ['patient_id', 'order'] })).toEqual(['patient_id', 'order']);
});

test('what nobody may edit and no device holds is append-only and not numbered', () => {
  const sql = tableSql({ ...visits, scope: 'none' });
  expect(sql).toContain('visits_append_only before update');
  expect(sql).not.toContain('sync_stamp');
});

test('a name that could be anything else than a name is refused', () => {
  expect(() => sqlName('a; drop table patients')).toThrow('cannot name');
  expect(() => sqlName('Upper')).toThrow('cannot name');
  expect(sqlName('user')).toBe('"user"');
});

test('what a declaration names is there', () => {
  for (const def of RECORD_LIST) {
    if (def.chained !== undefined) expect(def.fields[def.chained]).toMatchObject({ kind: 'instant', required: true });
    if (def.reads !== undefined) expect(def.fields[def.reads]).toMatchObject({ kind: 'link', required: true });
  }
});
