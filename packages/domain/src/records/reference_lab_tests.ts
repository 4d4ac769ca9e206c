import type { Json } from '../fields.ts';
import { choice, integer, json, note, number, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { inOrder, versionAccess, versionFields, versionRules } from './versioned.ts';

const NAME = 'reference_lab_tests';
const BOUND = { least: -100_000, most: 10_000_000, decimals: 4 } as const;
const rules = versionRules(NAME);

/** Ages in years. The database asks the same of each interval in its own words. */
const AGE_MOST = 150;
const SEXES = ['male', 'female', 'any'];
const isBound = (v: Json | undefined) => v === null || typeof v === 'number';

function isInterval(one: Json): boolean {
  if (one === null || typeof one !== 'object' || Array.isArray(one)) return false;
  const { sex, age_min: from, age_max: to, low, high } = one;
  if (typeof sex !== 'string' || !SEXES.includes(sex) || typeof from !== 'number' || typeof to !== 'number') return false;
  if (from < 0 || from > to || to > AGE_MOST || !isBound(low) || !isBound(high)) return false;
  return typeof low !== 'number' || typeof high !== 'number' || low <= high;
}

const INTERVAL_SQL =
  `strict $[*] ? ((${SEXES.map((sex) => `@.sex == "${sex}"`).join(' || ')}) ` +
  '&& @.age_min.type() == "number" && @.age_max.type() == "number" ' +
  `&& @.age_min >= 0 && @.age_min <= @.age_max && @.age_max <= ${AGE_MOST} ` +
  '&& (@.low.type() == "null" || @.low.type() == "number") && (@.high.type() == "null" || @.high.type() == "number") ' +
  '&& (@.low.type() == "null" || @.high.type() == "null" || @.low <= @.high))';

export const reference_lab_tests = defineRecord({
  name: NAME,
  title: 'Test of the reference',
  titles: 'Tests of the reference',
  about: 'One version of what the laboratory holds of a test: unit, intervals by sex and age, critical bounds, answers.',
  scope: 'ref',
  merge: 'append',
  fields: {
    name: text('Test', { required: true, max: 255 }),
    test_group: text('Group', { required: true }),
    panel: text('Panel'),
    result_type: choice('Result', ['numeric', 'coded', 'text'], { required: true }),
    specimen: text('Specimen'),
    container: text('Container', { max: 200 }),
    unit: text('Unit', { max: 50 }),
    decimals: integer('Digits after the point', { least: 0, most: 6 }),
    alt_unit: text('Other unit', { max: 50 }),
    alt_unit_factor: number('A value in the other unit is the value times', { least: 0, most: 1_000_000, decimals: 6 }),
    intervals: json('Intervals', { help: 'Bounds belong to the interval; an empty bound is open. Ages in years.' }),
    critical_low: number('Critical at or below', BOUND),
    critical_high: number('Critical at or above', BOUND),
    options: texts('Answers'),
    abnormal_options: texts('Abnormal answers'),
    critical_options: texts('Critical answers'),
    loinc_code: text('LOINC', { max: 20 }),
    loinc_name: text('LOINC name', { max: 255 }),
    loinc_status: choice('LOINC code is', ['matched', 'recalled', 'verify', 'none']),
    remarks: note('Note', { max: 2000 }),
    ...versionFields,
  },
  access: versionAccess('ref', ['lab']),
  ...rules,
  checks: [
    ...rules.checks,
    {
      name: `${NAME}_intervals_whole`,
      fields: ['intervals'],
      say: 'Each interval has a sex (male, female or any), ages from and to, and a low bound that is not above the high one.',
      sql:
        `case when jsonb_typeof(intervals) = 'array' then jsonb_array_length(intervals) = ` +
        `jsonb_array_length(jsonb_path_query_array(intervals, '${INTERVAL_SQL}')) else intervals is null end`,
      test: ({ intervals }) =>
        intervals === null || intervals === undefined || (Array.isArray(intervals) && intervals.every(isInterval)),
    },
    inOrder(`${NAME}_critical`, 'critical_low', 'critical_high', 'The upper critical bound is below the lower one.'),
    {
      name: `${NAME}_alt_unit_with_factor`,
      fields: ['alt_unit_factor'],
      say: 'Another unit needs its factor, above 0; without one there is none.',
      sql: '(alt_unit is null) = (alt_unit_factor is null) and (alt_unit_factor is null or alt_unit_factor > 0)',
      test: (row) =>
        (row.alt_unit === null) === (row.alt_unit_factor === null) &&
        (row.alt_unit_factor === null || Number(row.alt_unit_factor) > 0),
    },
    {
      name: `${NAME}_number_with_unit`,
      fields: ['unit'],
      say: 'A result in numbers has a unit; write ratio where it has none.',
      sql: "result_type <> 'numeric' or unit is not null",
      test: (row) => row.result_type !== 'numeric' || row.unit !== null,
    },
  ],
  form: [
    { title: 'Test', fields: ['name', 'test_group', 'panel', 'specimen', 'container', 'result_type'] },
    {
      title: 'Numbers',
      fields: ['unit', 'decimals', 'alt_unit', 'alt_unit_factor', 'intervals', 'critical_low', 'critical_high'],
    },
    { title: 'Answers', fields: ['options', 'abnormal_options', 'critical_options'] },
    { title: 'Codes and notes', fields: ['loinc_code', 'loinc_name', 'loinc_status', 'remarks'] },
    { title: 'Where it comes from', fields: ['sources', 'withdrawn', 'edit_reason'] },
  ],
  list: ['name', 'test_group', 'unit'],
});
