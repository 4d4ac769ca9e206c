import { expect, it } from 'vitest';
import { checkProphylaxis, type Prophylaxis } from './prophylaxis.ts';
import { REFERENCE } from './testing-facts.ts';

const GIVEN: Prophylaxis = {
  antibiotic: 'Cefazolin',
  started_at: '2026-11-03T07:30:00.000Z',
  incision_at: '2026-11-03T08:00:00.000Z',
  now: '2026-11-03T10:00:00.000Z',
  blood_loss_ml: 300,
};

it.each([
  [{}, []],
  [{ incision_at: '2026-11-03T08:30:00.000Z' }, []],
  [{ incision_at: '2026-11-03T08:31:00.000Z' }, ['prophylaxis.timing']],
  [{ antibiotic: 'vancomycin', incision_at: '2026-11-03T09:30:00.000Z' }, []],
  [{ incision_at: '2026-11-03T07:20:00.000Z' }, ['prophylaxis.timing']],
  [{ now: '2026-11-03T11:29:59.000Z' }, []],
  [{ now: '2026-11-03T11:30:00.000Z' }, ['prophylaxis.redose']],
  [{ blood_loss_ml: 1501 }, ['prophylaxis.redose']],
  [{ blood_loss_ml: null }, ['prophylaxis.not_checked']],
  [{ antibiotic: 'ceftriaxone', now: '2026-11-03T18:00:00.000Z' }, []],
  [{ antibiotic: 'cephazolin' }, []],
  [{ antibiotic: 'something else' }, ['prophylaxis.not_checked']],
  [{ antibiotic: 'amlodipine' }, ['prophylaxis.not_checked']],
  [{ started_at: null }, ['prophylaxis.not_checked']],
  [{ incision_at: null }, ['prophylaxis.not_checked']],
  [{ now: null, blood_loss_ml: null }, []],
  [{ now: '2026-11-03T07:00:00.000Z' }, ['prophylaxis.not_checked']],
])('%j: %j', (patch, codes) => {
  expect(checkProphylaxis({ ...GIVEN, ...patch }, REFERENCE).map(({ code }) => code)).toEqual(codes);
});

it('says how long', () => {
  expect(checkProphylaxis({ ...GIVEN, incision_at: '2026-11-03T07:20:00.000Z' }, REFERENCE)[0]?.say).toBe(
    'Begun 10 min after the incision.',
  );
});
