import { expect, test } from 'vitest';
import { backupLine, decisionsLine, keptLines, readStatus, tabletsLine } from './status-words.ts';

const NOW = '2026-11-30T12:00:00.000Z';
const before = (hours: number): string => new Date(Date.parse(NOW) - hours * 3_600_000).toISOString();

test('a backup that is late, failed or missing is never said to be well', () => {
  expect(backupLine(null, NOW).tone).toBe('caution');
  expect(backupLine({ at: before(2), ok: true, ok_at: before(2) }, NOW)).toMatchObject({ tone: 'done', say: '2 h ago.' });
  expect(backupLine({ at: before(27), ok: true, ok_at: before(27) }, NOW)).toMatchObject({ tone: 'caution', word: 'late' });
  expect(backupLine({ at: before(1), ok: false, ok_at: before(3) }, NOW).tone).toBe('caution');
  expect(backupLine({ at: before(1), ok: false, ok_at: null }, NOW).tone).toBe('danger');
});

test('what waits on tablets is told with its age, and is news after a shift', () => {
  const tablets = { in_use: 3, waiting: 0, saves: 0, oldest_at: null, silent: 0 };
  expect(tabletsLine(tablets, NOW).tone).toBe('done');
  const some = { ...tablets, waiting: 1, saves: 2, oldest_at: before(1) };
  expect(tabletsLine(some, NOW)).toMatchObject({
    tone: 'info',
    say: '2 saves on 1 of 3 tablets, at their last contacts. The oldest was saved 1 h ago.',
  });
  expect(tabletsLine({ ...some, oldest_at: before(9) }, NOW).tone).toBe('caution');
});

test('what waits for a decision is never silent', () => {
  expect(decisionsLine({ conflicts: 0, refused: 0 }).tone).toBe('done');
  expect(decisionsLine({ conflicts: 1, refused: 2 }).say).toContain('1 conflict between two people, 2 saves refused and kept');
});

test('an altered trail, a full disk and a failed rehearsal are dangers', () => {
  const kept = { audit: null, rehearsal: null, disk: null, database_bytes: 0, tablets: [] };
  const tones = (change: object) => keptLines({ ...kept, ...change }, String, NOW).map(({ tone }) => tone);
  expect(tones({})).toEqual(['caution']);
  const good = { at: before(1), ok: true, ok_at: before(1) };
  expect(tones({ audit: good, rehearsal: good, disk: { free: 50, total: 100 } })).toEqual(['done', 'done', 'done']);
  const bad = { at: before(1), ok: false, ok_at: null };
  expect(tones({ audit: bad, rehearsal: bad, disk: { free: 5, total: 100 } })).toEqual(['danger', 'danger', 'danger']);
  expect(tones({ audit: { ...good, at: before(300) } })).toEqual(['caution']);
});

test('an answer of another shape is none', () => {
  expect(readStatus(null)).toBeNull();
  expect(readStatus({ time: NOW })).toBeNull();
  expect(readStatus({ time: NOW, tablets: {} })).not.toBeNull();
});
