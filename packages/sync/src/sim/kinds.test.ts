import { RECORD_LIST, recordOf } from '@psa/domain';
import { expect, test } from 'vitest';
import { CORE, FOLLOWED, KINDS_OF, NOT_WRITTEN, newFieldsOf, WRITTEN } from './kinds.ts';

test('every record type is written on some day, or the reason stands here', () => {
  const written = [...CORE, ...Object.values(KINDS_OF).flat()];
  expect(new Set(written).size, 'none twice').toBe(written.length);
  expect([...written].sort()).toEqual([...WRITTEN].sort());
  expect([...written, ...Object.keys(NOT_WRITTEN)].sort()).toEqual(RECORD_LIST.map((def) => def.name).sort());
});

test('what only the server writes is not written by devices', () => {
  const byServer = RECORD_LIST.filter((def) => def.merge === 'server').map((def) => def.name);
  expect(Object.keys(NOT_WRITTEN).sort()).toEqual(byServer.sort());
  expect([...FOLLOWED].every((kind) => WRITTEN.includes(kind))).toBe(true);
});

test('an upgrade brings fields that no rule names', () => {
  const patients = recordOf('patients');
  expect(patients && [...newFieldsOf(patients)].length).toBeGreaterThan(1);
  expect(RECORD_LIST.filter((def) => newFieldsOf(def).size > 0).length).toBeGreaterThan(6);
});
