import { expect, test } from 'vitest';
import { bytesInWords, comparedInWords, verdict, whyWaiting } from './safety-words.ts';

test('bytes are told as people read them', () => {
  expect([0, 999, 1000, 4_210_000, 123_456_789, 5e12].map(bytesInWords)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '4.2 MB',
    '123 MB',
    '5.0 TB',
  ]);
});

test('it says yes only when nothing waits and nothing needs a decision', () => {
  expect(verdict(0, 0, { contact: 'unreachable' })).toMatchObject({ tone: 'done' });
  expect(verdict(1, 0, { contact: 'good' })).toMatchObject({
    tone: 'info',
    say: expect.stringContaining('only on this device'),
  });
  expect(verdict(3, 0, { contact: 'unreachable' })).toMatchObject({ tone: 'info' });
  expect(verdict(3, 0, { contact: 'signed_out' })).toMatchObject({ tone: 'caution' });
  expect(verdict(0, 2, { contact: 'good' }).say).toBe('2 saves need a decision. They are kept until somebody makes it.');
});

test('each save that waits says why', () => {
  expect(whyWaiting({ why: 'waiting' }, 'signed_out')).toContain('password');
  expect(whyWaiting({ why: 'waiting' }, 'unreachable')).toContain('No network');
  expect(whyWaiting({ why: 'held' }, 'good')).toContain('refused');
});

test('a comparison that never was is not told as a good one', () => {
  expect(comparedInWords(null, String)).toContain('Not compared yet');
  expect(comparedInWords({ at: '', differed: [] }, String)).toContain('the same');
  expect(comparedInWords({ at: '', differed: ['wards'] }, () => 'Wards')).toContain('Wards');
});
