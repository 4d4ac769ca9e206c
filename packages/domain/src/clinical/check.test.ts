import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInputs, readInstant } from './check.ts';
import { integerOr, several, texts } from './input.ts';
import { refuse } from './refusal.ts';
import { above, atLeast } from './round.ts';

const iso = (text: string): string | null => {
  const ms = readInstant(text);
  return ms === null ? null : new Date(ms).toISOString();
};

describe('a moment', () => {
  test.each([
    ['2026-01-01T00:00Z', '2026-01-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59Z', '2026-12-31T23:59:59.000Z'],
    ['2028-02-29T12:30:15Z', '2028-02-29T12:30:15.000Z'],
    ['2026-11-22T10:00:00+01:00', '2026-11-22T09:00:00.000Z'],
    ['2026-11-22T10:00:00+0130', '2026-11-22T08:30:00.000Z'],
    ['2026-11-22T10:00:00-03:30', '2026-11-22T13:30:00.000Z'],
    ['2026-11-22T10:00:00-00:30', '2026-11-22T10:30:00.000Z'],
    ['2026-11-22T10:00+14:00', '2026-11-21T20:00:00.000Z'],
    ['2026-11-22T10:00-14:00', '2026-11-23T00:00:00.000Z'],
    ['2026-11-22T10:00+05:59', '2026-11-22T04:01:00.000Z'],
    ['2026-11-22T10:00:00.5Z', '2026-11-22T10:00:00.500Z'],
    ['2026-11-22T10:00:00,25Z', '2026-11-22T10:00:00.250Z'],
    ['2026-11-22T10:00:00.123456789Z', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22T10:00:00.9999Z', '2026-11-22T10:00:00.999Z'],
    ['0050-03-01T00:00Z', '0050-03-01T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  test.each([
    '2026-00-10T10:00Z',
    '2026-13-10T10:00Z',
    '2026-01-00T10:00Z',
    '2026-01-32T10:00Z',
    '2026-01-99T10:00Z',
    '2026-12-32T10:00Z',
    '2026-04-31T10:00Z',
    '2026-02-29T10:00Z',
    '2026-01-01T24:00Z',
    '2026-01-01T10:60Z',
    '2026-01-01T10:00:60Z',
    '2026-01-01T10:00+14:01',
    '2026-01-01T10:00-15:00',
    '2026-01-01T10:00+01:60',
    '2026-01-01T10:00+00:99',
    '2026-01-01T10:00:00.Z',
    '2026-01-01T10:00:00.1234567890Z',
    '2026-01-01T10:00',
    '2026-01-01 10:00Z',
    ' 2026-01-01T10:00Z',
    '2026-01-01T10:00Z ',
    '2026-01-01T10:00Z+01:00',
    '2026-01-01T10:00+1:00',
  ])('%j is none', (text) => {
    expect(iso(text)).toBeNull();
  });

  test('every moment is read as it was written, in every zone', () => {
    const moments = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(moments, fc.integer({ min: -14 * 60, max: 14 * 60 }), fc.boolean(), (ms, zone, colon) => {
        const size = Math.abs(zone);
        const two = (n: number): string => String(n).padStart(2, '0');
        const offset = `${zone < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}${colon ? ':' : ''}${two(size % 60)}`;
        const local = new Date(ms + zone * 60_000).toISOString().replace('Z', offset);
        expect(readInstant(local)).toBe(ms);
      }),
    );
  });
});

test('a text is a text, not a list of one that reads like it', () => {
  const scale = { field: integerOr('Field', { NT: 'Not testable' }, { min: 1, max: 4 }) };
  expect(readInputs(scale, { field: 'NT' })).toEqual({ values: { field: 'NT' } });
  expect(readInputs(scale, { field: ['NT'] })).toEqual(refuse('INVALID_VALUE', 'field'));
  const names = { field: texts('Field') };
  expect(readInputs(names, { field: ['a', ''] })).toEqual({ values: { field: ['a', ''] } });
  for (const wrong of [null, 1, ['a']])
    expect(readInputs(names, { field: ['a', wrong] })).toEqual(refuse('INVALID_VALUE', 'field'));
  const asked = { field: several('Field', { a: 'A', b: 'B' }) };
  expect(readInputs(asked, { field: ['b', 'a', 'b'] })).toEqual({ values: { field: ['b', 'a'] } });
  expect(readInputs(asked, { field: [['a']] })).toEqual(refuse('INVALID_VALUE', 'field'));
});

test('the guard itself still counts as binary noise', () => {
  expect(atLeast(1 - 1e-9, 1)).toBe(true);
  expect(above(1 + 1e-9, 1)).toBe(false);
});
