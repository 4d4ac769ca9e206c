import { expect, test } from 'vitest';
import { ageShort, ageText } from './age.ts';
import {
  addDays,
  dayIn,
  instantOf,
  newestFirst,
  parseDay,
  parseInstant,
  showDay,
  showInstant,
  showSpan,
  stayDay,
} from './days.ts';
import { fullName, likeKey, likeNames, plainWords } from './names.ts';
import { count, parseNumber, showNumber } from './numbers.ts';

const TODAY = '2026-11-22';
const NOW = '2026-11-22T14:05:30.000Z';
const LAGOS = 'Africa/Lagos';
const born = (date_of_birth: string | null, date_of_birth_precision: string | null = 'Exact') => ({
  date_of_birth,
  date_of_birth_precision,
});

test.each([
  ['2026-11-22', '0 d'],
  ['2026-10-26', '27 d'],
  ['2026-10-20', '4 wk'],
  ['2026-08-23', '13 wk'],
  ['2026-08-22', '3 mo'],
  ['2024-11-23', '23 mo'],
  ['2024-11-22', '2 y'],
  ['1980-11-23', '45 y'],
  ['1980-11-22', '46 y'],
])('born %s is %s old', (day, said) => {
  expect(ageText(born(day), TODAY)).toBe(said);
});

test('an age nobody gave is not invented', () => {
  expect(ageText(born(null, 'Unknown'), TODAY)).toBe('age unknown');
  expect(ageText(born(null, null), TODAY)).toBe('age not recorded');
  expect(ageText({ date_of_birth: undefined, date_of_birth_precision: undefined }, TODAY)).toBe('age not recorded');
  expect(ageText(born('1980-01-01', 'Estimated'), TODAY)).toBe('about 46 y');
  expect(ageShort(born(null, null), TODAY)).toBe('');
  expect(ageText(born('2027-01-01'), TODAY)).toBe('born in the future');
});

test.each([
  ['12/3/1980', '1980-03-12'],
  ['12.3.80', '1980-03-12'],
  ['12/3', '2026-03-12'],
  ['1/2/26', '2026-02-01'],
  ['12 mar 1980', '1980-03-12'],
  ['12 March', '2026-03-12'],
  ['12031980', '1980-03-12'],
  ['1980-3-12', '1980-03-12'],
  ['today', '2026-11-22'],
  ['Yesterday', '2026-11-21'],
  ['d-2', '2026-11-20'],
  ['D + 1', '2026-11-23'],
])('the day typed as "%s" is %s', (typed, value) => {
  expect(parseDay(typed, TODAY)).toEqual({ value });
});

test.each(['31/2/2020', 'soon', '13/13/1980', '12/3/198', ''])('"%s" is no day, and the answer says what would be', (typed) => {
  expect(parseDay(typed, TODAY)).toEqual({ problem: expect.stringContaining('12/3/1980') });
});

test.each([
  ['now', '2026-11-22T14:05:00.000Z'],
  ['14:30', '2026-11-22T13:30:00.000Z'],
  ['yesterday 9:10', '2026-11-21T08:10:00.000Z'],
  ['12/3 0:15', '2026-03-11T23:15:00.000Z'],
  ['d-1 2pm', '2026-11-21T13:00:00.000Z'],
  ['12 Mar 2025, 1430', '2025-03-12T13:30:00.000Z'],
])('the moment typed as "%s" in Lagos is %s', (typed, value) => {
  expect(parseInstant(typed, NOW, LAGOS)).toEqual({ value });
});

test('a moment without its time asks for the time', () => {
  expect(parseInstant('yesterday', NOW, LAGOS)).toEqual({ problem: 'Give the time too, like 12/3 14:30.' });
  expect(parseInstant('25:10', NOW, LAGOS)).toHaveProperty('problem');
});

test('a moment keeps its clock time through a zone with summer time', () => {
  for (const day of ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-25']) {
    const iso = instantOf(day, '12:00', 'Europe/Berlin');
    expect(dayIn(iso, 'Europe/Berlin')).toBe(day);
    expect(showInstant(iso, 'Europe/Berlin', NOW)).toMatch(/12:00$/);
  }
});

test('moments are said as people say them', () => {
  expect(showInstant('2026-11-22T13:02:00.000Z', LAGOS, NOW)).toBe('Today 14:02');
  expect(showInstant('2026-11-21T08:10:00.000Z', LAGOS, NOW)).toBe('Yesterday 09:10');
  expect(showInstant('2026-03-12T13:02:00.000Z', LAGOS, NOW)).toBe('12 Mar 14:02');
  expect(showInstant('2025-03-12T13:02:00.000Z', LAGOS, NOW)).toBe('12 Mar 2025 14:02');
  expect(showInstant(undefined, LAGOS, NOW)).toBe('');
  expect(showDay('1980-03-12')).toBe('12 Mar 1980');
  expect(showSpan(12 * 60_000)).toBe('12 min');
  expect(showSpan(3 * 3_600_000)).toBe('3 h');
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
});

test('the day of admission is day 1, by the calendar of the hospital', () => {
  expect(stayDay('2026-11-21T23:30:00.000Z', NOW, LAGOS)).toBe(1);
  expect(stayDay('2026-11-21T22:30:00.000Z', NOW, LAGOS)).toBe(2);
});

test('[D22] days and moments sort as text, newest first, also when some are missing', () => {
  const rows = [
    { at: '2026-01-02T00:00:00.000Z' },
    { at: null },
    { at: '2026-10-01T00:00:00.000Z' },
    { at: undefined },
    { at: '2025-12-31T23:59:59.999Z' },
  ];
  expect(newestFirst(rows, (r) => r.at).map((r) => r.at?.slice(0, 10) ?? '-')).toEqual([
    '2026-10-01',
    '2026-01-02',
    '2025-12-31',
    '-',
    '-',
  ]);
});

test.each([
  ['38,5', 1, 38.5],
  ['38.5', 1, 38.5],
  ['4 500', 2, 4500],
  ['-3', 0, -3],
  [',5', 1, 0.5],
])('the number typed as "%s" is read', (typed, decimals, value) => {
  expect(parseNumber(typed, decimals)).toEqual({ value });
});

test.each([
  ['1,000', 2],
  ['38.55', 1],
  ['12a', 1],
  ['.', 1],
  ['1.5', 0],
])('the number typed as "%s" is not guessed at', (typed, decimals) => {
  expect(parseNumber(typed, decimals)).toHaveProperty('problem');
});

test('numbers stand with their unit', () => {
  expect(showNumber(4500, 'NGN')).toBe('4 500 NGN');
  expect(showNumber(-1234567.5)).toBe('-1 234 567.5');
  expect(count(1, 'patient')).toBe('1 patient');
  expect(count(0, 'patient')).toBe('0 patients');
});

test('[D11] a patient without some names, or none, is still written', () => {
  expect(fullName({ last_name: 'Okafor', first_name: 'Ada', other_names: null })).toBe('Okafor, Ada');
  expect(fullName({ first_name: 'Ada' })).toBe('Ada');
  expect(fullName({})).toBe('Name not recorded');
  expect(fullName(undefined)).toBe('Name not recorded');
  expect(likeKey({})).toBeUndefined();
});

test('names fold as they are searched', () => {
  expect(plainWords('Ọláìyá-Ṣọlá')).toBe('olaiya sola');
  expect(plainWords('Ɓala Ƙasimu')).toBe('bala kasimu');
});

test('like names are seen through order, accents and spelling, and no further', () => {
  const key = likeKey({ last_name: 'Mohammed', first_name: 'Aisha' });
  expect(likeKey({ last_name: 'Aishat'.slice(0, 5), first_name: 'Muhammad' })).toBe(key);
  expect(likeKey({ last_name: 'Muhamed', first_name: 'Áisha' })).toBe(key);
  expect(likeKey({ last_name: 'Musa', first_name: 'Aisha' })).not.toBe(key);
  const groups = likeNames([
    { last_name: 'Obi', first_name: 'Ada' },
    { last_name: 'Ada', first_name: 'Obi' },
    { last_name: 'Eze', first_name: 'Uche' },
    {},
  ]);
  expect([...groups.values()].map((g) => g.length)).toEqual([2]);
});
