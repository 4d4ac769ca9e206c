import type { Json } from '@psa/domain';
import { expect, test } from 'vitest';
import { readStructure, showStructure } from './structure.ts';

test.each<Json>([
  [0, 2],
  { 'Age 41–60': 1, Surgery: 'major', Bedbound: false },
  { arm: { partial: 3, full: 1 }, chest: [1, 2] },
  ['a, b', 'c'],
  { 'odd: name': 'x' },
  'text',
  [],
  { a: '' },
  { a: '7' },
  { a: null },
])('%j reads back as it was', (value) => {
  expect(readStructure(showStructure(value))).toEqual({ value });
});

test('as a person types it', () => {
  expect(readStructure('Hb: 9.5\nsickling: no\nfilm: target cells')).toEqual({
    value: { Hb: 9.5, sickling: false, film: 'target cells' },
  });
  expect(readStructure('Lot: 0042\nphone: 08031234567\nHb: 1.50\nid: 12345678901234567890')).toEqual({
    value: { Lot: '0042', phone: '08031234567', Hb: '1.50', id: '12345678901234567890' },
  });
  expect(readStructure('0, 2')).toEqual({ value: [0, 2] });
  expect(readStructure('Hb: 9\nHb: 10')).toMatchObject({ problem: '"Hb" stands there twice.' });
  expect(readStructure('Hb: 9\nand more')).toMatchObject({ problem: expect.stringContaining('item: value') });
  expect(readStructure('{"a":')).toMatchObject({ problem: expect.any(String) });
});
