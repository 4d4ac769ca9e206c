import { describe, expect, test } from 'vitest';
import { lastDue } from './keeper.ts';
import { keepOf } from './policy.ts';
import { readBackupSettings } from './settings.ts';

const at = (day: string, time = '02:30') => ({ name: `${day}${time}`, began_at: `${day}T${time}:00.000Z` });
const days = (from: string, count: number) =>
  Array.from({ length: count }, (_, i) => at(new Date(Date.parse(from) + i * 86_400_000).toISOString().slice(0, 10)));
const names = (all: readonly { began_at: string }[]) => all.map((one) => one.began_at.slice(0, 10));

describe('what is kept', () => {
  test('the newest of the last days, weeks and months', () => {
    const { kept, recent } = keepOf(days('2026-01-01', 120), { days: 3, weeks: 2, months: 3 });
    // 30 April 2026 is a Thursday: its week began on Monday 27, the one before ended on Sunday 26.
    expect(names(recent)).toEqual(['2026-04-30', '2026-04-29', '2026-04-28']);
    expect(names(kept)).toEqual(['2026-04-30', '2026-04-29', '2026-04-28', '2026-04-26', '2026-03-31', '2026-02-28']);
  });

  test('of several on a day the last, and never none', () => {
    const { kept } = keepOf([at('2026-01-01'), at('2026-01-01', '20:00')], { days: 1, weeks: 0, months: 0 });
    expect(kept).toEqual([at('2026-01-01', '20:00')]);
  });

  test('days without a backup count for nothing: a server that was off loses none by it', () => {
    const all = [at('2025-01-01'), at('2026-04-01'), at('2026-04-02')];
    expect(keepOf(all, { days: 3, weeks: 0, months: 0 }).kept).toHaveLength(3);
  });
});

describe('when a backup is due', () => {
  const utc = (text: string) => Date.parse(`2026-04-${text}:00Z`);
  test.each([
    ['10T02:29', '09T02:30'],
    ['10T02:30', '10T02:30'],
    ['10T23:59', '10T02:30'],
  ])('at %s the last one was due at %s', (now, due) => {
    expect(lastDue(utc(now), 150)).toBe(utc(due));
  });
});

describe('the settings', () => {
  const key = `age1${'q'.repeat(58)}`;
  test('say where to, for whom, when and how long', () => {
    expect(readBackupSettings({})).toBeNull();
    expect(readBackupSettings({ BACKUP_TO: '/mnt/b', BACKUP_RECIPIENTS: `${key}, ${key}`, BACKUP_AT: 'off' })).toMatchObject({
      to: { folder: '/mnt/b' },
      recipients: [key, key],
      atMinute: null,
      keep: { days: 7, weeks: 5, months: 12 },
      archiveSeconds: 60,
    });
    const s3 = { BACKUP_S3_ENDPOINT: 'https://store.example/', BACKUP_S3_ACCESS_KEY: 'a', BACKUP_S3_SECRET_KEY: 'b' };
    expect(readBackupSettings({ BACKUP_TO: 's3://some-bucket/psa/one', BACKUP_RECIPIENTS: key, ...s3 })?.to).toEqual({
      s3: {
        endpoint: 'https://store.example',
        region: 'us-east-1',
        bucket: 'some-bucket',
        prefix: 'psa/one/',
        accessKey: 'a',
        secretKey: 'b',
      },
    });
  });

  test.each([
    [{ BACKUP_TO: '/mnt/b' }, /^BACKUP_RECIPIENTS is not right; backups are always encrypted/],
    [{ BACKUP_TO: 'backups', BACKUP_RECIPIENTS: key }, /^BACKUP_TO is not right/],
    [{ BACKUP_TO: 's3://bucket', BACKUP_RECIPIENTS: key }, /^BACKUP_S3_ENDPOINT is not right/],
    [{ BACKUP_TO: '/mnt/b', BACKUP_RECIPIENTS: key, BACKUP_AT: '25:00' }, /^BACKUP_AT is not right/],
    [{ BACKUP_TO: '/mnt/b', BACKUP_RECIPIENTS: key, BACKUP_KEEP: '0d 1w 1m' }, /at least one day/],
  ])('%j is refused', (env, sentence) => {
    expect(() => readBackupSettings(env)).toThrow(sentence);
  });
});
