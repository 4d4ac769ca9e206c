import { expect, test } from 'vitest';
import { readDay, readInstant } from './times.ts';

const LAGOS = 'Africa/Lagos';

test.each([
  ['1990-05-01', '1990-05-01', undefined],
  ['1990-05-01T00:00:00.000Z', '1990-05-01', 'midnight'],
  // What node-postgres printed on a server in Lagos for the first of May.
  ['1990-04-30T23:00:00.000Z', '1990-05-01', 'shifted'],
  ['1990-05-01 00:00:00', '1990-05-01', 'midnight'],
  ['1990-05-01T23:30:00.000Z', '1990-05-02', 'timed'],
  ['31/12/1985', '1985-12-31', 'turned'],
  ['12/31/1985', '1985-12-31', 'turned'],
  ['5/5/1985', '1985-05-05', 'turned'],
  ['03/04/1990', null, 'ambiguous'],
  ['31/02/1990', null, 'unreadable'],
  ['0000-00-00', null, 'zero'],
  ['last week', null, 'unreadable'],
])('the day of %s is %s (%s)', (text, day, how) => {
  expect(readDay(text, LAGOS)).toMatchObject({ day, ...(how === undefined ? {} : { how }) });
});

test('a shift of summer time does not move a day', () => {
  expect(readDay('1990-06-30T23:00:00.000Z', 'Europe/London')).toMatchObject({ day: '1990-07-01', how: 'shifted' });
  expect(readInstant('2025-03-30 03:30:00', 'Europe/Berlin')).toEqual({ at: '2025-03-30T01:30:00.000Z', assumed: true });
});

test.each([
  ['2025-01-01T10:00:00Z', '2025-01-01T10:00:00.000Z', false],
  ['2025-01-01T10:00:00.123456+00:00', '2025-01-01T10:00:00.123Z', false],
  ['2025-01-01 10:00:00', '2025-01-01T09:00:00.000Z', true],
  ['2025-01-01', '2024-12-31T23:00:00.000Z', true],
])('the moment %s', (text, at, assumed) => {
  expect(readInstant(text, LAGOS)).toEqual({ at, assumed });
});

test('what is no moment is none', () => {
  for (const wrong of ['', 'yesterday', '0000-00-00 00:00:00', Number.NaN, -1]) expect(readInstant(wrong, LAGOS)).toBeNull();
  expect(readInstant(1_735_725_600_000, LAGOS)).toEqual({ at: '2025-01-01T10:00:00.000Z', assumed: false });
});
