import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeOne } from '../db/write.ts';
import { openDatabase } from '../testing/database.ts';
import { ADMIN, type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';
import type { Io, Told } from './command.ts';
import { runLine } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'psa-cli-'));
let h: Hospital;
beforeAll(async () => {
  h = await openHospital();
});
afterAll(async () => {
  await h.close();
  rmSync(folder, { recursive: true });
});

/** Runs a line as somebody at the terminal would, who stands in `folder` and called npm there. */
async function psa(words: readonly string[], at: { url: string; serverUrl: string } = h) {
  const [said, noted]: [string[], string[]] = [[], []];
  const io: Io = {
    say: (line) => void said.push(line),
    note: (line) => void noted.push(line),
    env: { DATABASE_URL: at.url, DATABASE_SERVER_URL: at.serverUrl, DATA_DIR: join(folder, 'data'), INIT_CWD: folder },
    signal: new AbortController().signal,
    progress: () => ({ to: () => undefined, end: () => undefined }),
  };
  const code = await runLine(words, io, () => undefined).catch((error: Told) => {
    noted.push(error.message);
    return error.exit;
  });
  return { code, text: said.join('\n'), notes: noted.join('\n') };
}

const passwordIn = (text: string): string => /One-time password: (\S+)/.exec(text)?.[1] ?? '';

test('psa user: a new person signs in with the one-time password; a new one ends what was before, and nothing of it stands in the trail', async () => {
  const email = 'registrar@example.org';
  const added = await psa(['user', 'add', email, '--name', 'A Registrar', '--role', 'junior_registrar']);
  expect(added.code).toBe(0);
  const first = { email, password: passwordIn(added.text) };
  const token = await h.signIn(first);
  const reset = await psa(['user', 'reset-password', email]);
  const second = { email, password: passwordIn(reset.text) };
  expect(second.password).not.toBe(first.password);
  await h.signIn(second);
  await expect(h.signIn(first)).rejects.toThrow(/401/);
  // The session of before is over, at the latest when what was read of it is no longer trusted.
  await expect.poll(async () => (await h.call('GET', '/api/user', { token })).status, { timeout: 15_000 }).toBe(401);
  const trail = await one<string>(h.pool, 'select json_agg(a)::text from audit_logs a where user_agent like $1', ['psa user%']);
  expect(trail).toContain('reset_password');
  for (const { password } of [first, second]) expect(trail).not.toContain(password);

  expect((await psa(['user', 'close', email])).code).toBe(0);
  await expect(h.signIn(second)).rejects.toThrow(/ACCOUNT_CLOSED/);
  expect(await psa(['user', 'close', ADMIN.email])).toMatchObject({ code: 1, notes: expect.stringMatching(/last active/) });
  expect((await psa(['user', 'list'])).text).toMatch(/registrar@example\.org.*closed/);
});

test('psa export and import: there and back at the terminal', async () => {
  const actor = { user_id: h.admin, facility_id: h.facility, role: 'super_admin' } as const;
  const patch = somebody({ hospital_number: 'UNTH/CLI/1' });
  await writeOne(h.writer, { actor, origin: 'server' }, { kind: 'patients', id: h.writer.newId(), op: 'create', patch });
  expect(await psa(['export', 'unit.psa', '--by', ADMIN.email])).toMatchObject({
    code: 1,
    notes: expect.stringMatching(/--for/),
  });
  expect((await psa(['export', 'unit.psa', '--by', 'doctor@unth.edu.ng', '--unsealed'])).notes).toMatch(/not an administrator/);
  expect(existsSync(join(folder, 'unit.psa'))).toBe(false);
  expect((await psa(['export', 'unit.psa', '--by', ADMIN.email, '--unsealed'])).code).toBe(0);
  expect((await psa(['export', 'unit.psa', '--by', ADMIN.email, '--unsealed'])).notes).toMatch(/never overwritten/);
  expect(await one(h.pool, `select count(*)::int from audit_logs where action = 'export'`)).toBe(1);

  const fresh = await openDatabase();
  try {
    writeFileSync(join(folder, 'note.txt'), 'no export');
    expect((await psa(['import', 'note.txt'], fresh)).notes).toMatch(/neither an export/);
    expect((await psa(['import', 'nothing'], fresh)).notes).toMatch(/cannot be read/);
    expect((await psa(['import', 'unit.psa', '--dry-run'], fresh)).text).toMatch(/Nothing was written/);
    const done = await psa(['import', 'unit.psa', '--report', 'report.json'], fresh);
    expect(done).toMatchObject({ code: 0, notes: expect.stringContaining(`reset-password ${ADMIN.email}`) });
    expect(existsSync(join(folder, 'report.json'))).toBe(true);
    expect(await psa(['import', 'unit.psa'], fresh)).toMatchObject({ code: 64, notes: expect.stringMatching(/--by/) });
    expect((await psa(['import', 'unit.psa', '--by', ADMIN.email], fresh)).text).toMatch(
      / 0 written, 0 different here, 0 refused/,
    );
    expect(passwordIn((await psa(['user', 'reset-password', ADMIN.email], fresh)).text)).not.toBe('');
    // What a patient asked for lies where it was asked for.
    const pack = await psa(['patient-pack', 'UNTH/CLI/1', '--by', ADMIN.email, '--out', 'pack'], fresh);
    expect(pack.code).toBe(0);
    expect(readdirSync(join(folder, 'pack')).sort()).toEqual(['record.html', 'record.json']);
  } finally {
    await fresh.drop();
  }
});
