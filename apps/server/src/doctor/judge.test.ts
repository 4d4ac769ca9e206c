import { describe, expect, test } from 'vitest';
import { exitOf, type Facts, judge } from './judge.ts';

const nowMs = Date.parse('2026-11-30T12:00:00Z');
const WELL: Facts = {
  node: '22.1.0',
  postgres: 180_004,
  pending: [],
  embedded: true,
  loopback: true,
  databaseHere: true,
  encrypted: false,
  certificateDays: null,
  clockMs: 3,
  synchronised: true,
  disks: [{ of: 'the database', freeBytes: 50e9, totalBytes: 100e9 }],
  connections: { used: 5, most: 100 },
  settings: { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', archive_mode: 'on' },
  missingExtensions: [],
  defaultPasswords: 0,
  openSecrets: [],
  backup: {
    configured: true,
    sameDisk: false,
    s3: true,
    base_at: '2026-11-30T02:30:00.000Z',
    dump_at: null,
    log_at: '2026-11-30T11:59:50.000Z',
    verified_at: '2026-11-10T00:00:00.000Z',
    error: null,
  },
  nowMs,
};
const backup = (change: object): Partial<Facts> => ({ backup: WELL.backup && { ...WELL.backup, ...change } });

describe('psa doctor', () => {
  test('finds nothing where all is well', () => {
    const findings = judge(WELL);
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(exitOf(findings)).toBe(0);
  });

  const cases: [string, Partial<Facts>, string, 1 | 2][] = [
    ['an old Node', { node: '20.18.9' }, 'node', 2],
    ['an old PostgreSQL', { postgres: 140_010 }, 'postgresql', 2],
    ['missing migrations', { pending: ['0200_x.sql'] }, 'migrations', 2],
    ['a database of another version', { pending: null }, 'migrations', 2],
    ['an open line to another machine', { databaseHere: false }, 'tls', 2],
    ['a certificate that ends soon', { encrypted: true, certificateDays: 20.9 }, 'tls', 1],
    ['clocks that differ', { clockMs: -1_500 }, 'clock', 1],
    ['clocks that differ much', { clockMs: 61_000 }, 'clock', 2],
    ['no time server', { synchronised: false }, 'clock', 1],
    ['little room', { disks: [{ of: 'x', freeBytes: 9e9, totalBytes: 100e9 }] }, 'disk', 1],
    ['no room', { disks: [{ of: 'x', freeBytes: 0.9e9, totalBytes: 2e9 }] }, 'disk', 2],
    ['many connections', { connections: { used: 80, most: 100 } }, 'connections', 1],
    ['fsync off', { settings: { ...WELL.settings, fsync: 'off' } }, 'fsync', 2],
    ['commits that do not wait', { settings: { ...WELL.settings, synchronous_commit: 'off' } }, 'synchronous_commit', 2],
    ['no archiving', { settings: { ...WELL.settings, archive_mode: 'off' } }, 'archive_mode', 1],
    ['a missing extension', { missingExtensions: ['pg_trgm'] }, 'extensions', 2],
    ['default passwords at home', { defaultPasswords: 2 }, 'passwords', 1],
    ['default passwords in the open', { defaultPasswords: 1, loopback: false }, 'passwords', 2],
    ['a key that others read', { openSecrets: ['data/secrets/jwt.key'] }, 'secrets', 2],
    ['no backup settings', backup({ configured: false }), 'backup', 1],
    ['no backup yet', backup({ base_at: null }), 'backup', 2],
    ['an old backup', backup({ base_at: '2026-11-28T23:59:00.000Z' }), 'backup', 2],
    ['a failed backup', backup({ error: { at: 'x', say: 'no room' } }), 'backup_error', 1],
    ['log that stays', backup({ log_at: '2026-11-30T11:44:00.000Z' }), 'backup_log', 1],
    ['one disk for both', backup({ sameDisk: true }), 'backup_place', 1],
    ['a restore never tried', backup({ verified_at: null }), 'restore', 1],
    ['a restore tried long ago', backup({ verified_at: '2026-10-20T00:00:00.000Z' }), 'restore', 1],
  ];
  test.each(cases)('%s is found, with what to do', (_what, change, check, exit) => {
    const findings = judge({ ...WELL, ...change });
    const bad = findings.filter(({ verdict }) => verdict !== 'ok');
    expect(bad.map((finding) => finding.check)).toEqual([check]);
    expect(bad[0]?.advice).toMatch(/\w/);
    expect(exitOf(findings)).toBe(exit);
  });
});
