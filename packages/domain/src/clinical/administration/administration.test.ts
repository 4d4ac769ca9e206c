import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../refusal.ts';
import { asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { breachDeadline } from './breach_deadline.ts';
import { phoneNg } from './phone_ng.ts';

describeRule(phoneNg, { input: '08031234567' });
describeRule(breachDeadline, { awareAt: '2026-03-01T09:00:00Z', riskToRights: true, highRisk: false });

describe('phone_ng', () => {
  const ask = asking(phoneNg, {});
  const digits = fc
    .tuple(fc.constantFrom('7', '8', '9'), fc.constantFrom('0', '1'), fc.integer({ min: 0, max: 99_999_999 }))
    .map(([first, second, rest]) => `${first}${second}${String(rest).padStart(8, '0')}`);
  test('one number, however it is written', () => {
    const prefix = fc.constantFrom('', '0', '+234', '+2340', '234', '2340', '00234', '002340');
    const between = fc.array(fc.constantFrom('', ' ', '-', '.', '(', ')', '[', ']', '\t', '\u00a0'), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(digits, prefix, between, (number, start, gaps) => {
        const input = [...`${start}${number}`].map((character, n) => `${gaps[n] ?? ''}${character}`).join('');
        expect(ask({ input })).toEqual({ e164: `+234${number}` });
        expect(ask({ input: `+234${number}` })).toEqual({ e164: `+234${number}` });
      }),
    );
  });
  test.each([
    '',
    ' ',
    '0603123456',
    '0803123456',
    '080312345678',
    '06031234567',
    '08231234567',
    '009031234567',
    '+08031234567',
    '+8031234567',
    '+2358031234567',
    '0+2348031234567',
    '+00234 8031234567',
    '2342348031234567',
    '08031234567x',
    'x08031234567',
    '0803/1234567',
    '٠٨٠٣١٢٣٤٥٦٧',
  ])('%j is no mobile number', (input) => {
    expect(ask({ input })).toEqual(refuse('INVALID_VALUE', 'input'));
  });
  test('working', () => {
    expect(workingOf(phoneNg, { input: ' 0803 123 4567 ' })).toEqual([
      '0803 123 4567: without spaces, brackets, dots, hyphens, country code and trunk zero, then +234 in front: +2348031234567',
    ]);
  });
});

describe('breach_deadline', () => {
  const ask = asking(breachDeadline, { riskToRights: true, highRisk: false });
  test.each([
    ['2026-03-01T09:00:00Z', '2026-03-04T09:00:00.000Z'],
    ['2026-03-01T09:00:00+01:00', '2026-03-04T08:00:00.000Z'],
    ['2026-03-01T09:00:00-05:30', '2026-03-04T14:30:00.000Z'],
    ['2028-02-27T12:00:00Z', '2028-03-01T12:00:00.000Z'],
    ['2026-02-27T12:00:00Z', '2026-03-02T12:00:00.000Z'],
    ['2026-12-30T23:59:59.999Z', '2027-01-02T23:59:59.999Z'],
    ['2028-02-29T00:00Z', '2028-03-03T00:00:00.000Z'],
  ])('%s: by %s', (awareAt, commissionDeadline) => {
    expect(ask({ awareAt })).toEqual({ notifyCommission: true, commissionDeadline, notifySubjects: false });
    expect(ask({ awareAt, highRisk: true })).toEqual({ notifyCommission: true, commissionDeadline, notifySubjects: true });
    expect(ask({ awareAt, riskToRights: false })).toEqual({
      notifyCommission: false,
      commissionDeadline: null,
      notifySubjects: false,
    });
    expect(ask({ awareAt, riskToRights: false, highRisk: true })).toEqual(refuse('INCONSISTENT', 'highRisk'));
  });
  test.each(['2026-02-29T00:00:00Z', '2026-03-01T09:00:00', '2026-03-01', '01/03/2026 09:00', '2026-13-01T00:00:00Z'])(
    '%s is no moment',
    (awareAt) => {
      expect(ask({ awareAt })).toEqual(refuse('INVALID_VALUE', 'awareAt'));
    },
  );
  test('levels and working', () => {
    expect(levelsOf(breachDeadline, 'notifyCommission')).toEqual({ true: 3, false: 1 });
    const given = { awareAt: '2026-03-01T09:00:00Z', riskToRights: true, highRisk: false };
    expect(workingOf(breachDeadline, given)).toEqual(['2026-03-01T09:00:00.000Z + 72 h = 2026-03-04T09:00:00.000Z']);
    expect(workingOf(breachDeadline, { ...given, riskToRights: false })).toEqual(['No risk to rights: no deadline']);
  });
});
