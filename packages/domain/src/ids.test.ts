import { expect, test } from 'vitest';
import { chanceFrom } from './chance.ts';
import { paperNumber, uuidv7 } from './ids.ts';
import { UUID } from './schemas.ts';

const chance = chanceFrom(1);
const random = (count: number) => chance.bytes(count);

test('ids carry their time, version and variant, and sort by time', () => {
  const now = Date.UTC(2026, 10, 22);
  const id = uuidv7(now, random);
  expect(id).toMatch(UUID);
  expect(id[14]).toBe('7');
  expect('89ab').toContain(id[19]);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(now);
  expect(uuidv7(now + 1, random) > id).toBe(true);
});

test('a clock before 1970 still gives a usable id', () => {
  expect(uuidv7(-5, random)).toMatch(UUID);
});

test('paper numbers use no letter that is mistaken for a figure', () => {
  const numbers = Array.from({ length: 2000 }, () => paperNumber('ADM', 2026, uuidv7(0, random)));
  for (const number of numbers) expect(number).toMatch(/^ADM-26-[0-9A-HJKMNP-TV-Z]{8}$/);
  expect(new Set(numbers).size).toBe(2000);
});
