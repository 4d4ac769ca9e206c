import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Actor, type AnyRow, chanceFrom, RECORD_LIST, recordOf } from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ArchiveWriter } from '../backup/archive.ts';
import { makeKey } from '../backup/seal.ts';
import { Database } from '../db/database.ts';
import { loadDemo } from '../db/demo.ts';
import { createPool } from '../db/pool.ts';
import { realTarget, trialTarget } from '../db/target.ts';
import { writeAll } from '../db/write.ts';
import { openDatabase } from '../testing/database.ts';
import { type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';
import { World } from '../testing/world.ts';
import { contentOf, Digest, END, HEAD, LEFT } from './format.ts';
import { makeExport } from './make.ts';
import { ExportFile } from './open.ts';
import { type Taking, takeIn } from './take.ts';

const folder = mkdtempSync(join(tmpdir(), 'psa-export-'));
const quiet = { progress: () => undefined, signal: new AbortController().signal };
let h: Hospital;
let whole: string;

beforeAll(async () => {
  h = await openHospital();
  const actor: Actor = { user_id: h.admin, facility_id: h.facility, role: 'super_admin' };
  await loadDemo(h.db, undefined, { patients: 4 });
  const colleague = (await h.hire('senior_registrar')).id;
  const world = new World(chanceFrom(1), { facilities: h.facility, users: colleague });
  // From each of these something follows when it is entered, and must not follow again.
  const done = '2026-11-20T08:00:00.000Z';
  const critical = { status: 'Completed', results: 'K 7.1', is_critical: true, ordered_by: colleague, result_date: done };
  world.idOf('lab_investigations', critical);
  const answers = { [world.idOf('mcq_questions')]: [0] };
  const key = world.idOf('mcq_keys');
  world.idOf('user_assessments', { status: 'Completed', answers, user_id: colleague });
  for (const { name } of RECORD_LIST) if (!LEFT[name] && name !== 'cme_credits') world.idOf(name);
  for (const wish of world.wishes) await writeAll(h.writer, { actor, origin: 'server' }, [wish]);
  const write = (kind: string, id: string, op: 'create' | 'edit' | 'retract', patch = {}) =>
    writeAll(h.writer, { actor, origin: 'server' }, [{ kind, id, op, patch }]);
  // One who was merged into a later one, and one who was entered by mistake.
  const [gone, stays, wrong] = [h.writer.newId(), h.writer.newId(), h.writer.newId()];
  for (const id of [gone, stays, wrong]) await write('patients', id, 'create', somebody());
  const vitals = h.writer.newId();
  await write('vital_signs', vitals, 'create', { patient_id: gone, observed_at: done, pulse: 80 });
  await write('vital_signs', vitals, 'retract');
  await write('patients', gone, 'edit', { merged_into: stays });
  await write('patients', gone, 'retract');
  await write('patients', wrong, 'retract');
  await write('mcq_keys', key, 'retract');
  whole = join(folder, 'whole');
  await exportTo(whole);
}, 240_000);
afterAll(async () => {
  await h.close();
  rmSync(folder, { recursive: true });
});

const exportTo = (file: string, of: { db: Database; facility: string } = h, recipients: string[] = []) =>
  makeExport(of.db, { facility: of.facility, file, recipients, version: 'test', now: new Date(), ...quiet });

/** Every line of a file by kind. */
async function linesOf(file: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const { kind, text } of new ExportFile(file, []).lines()) found.set(kind, [...(found.get(kind) ?? []), text]);
  return found;
}

/** Digests of what two servers must agree in, by kind. */
async function digestsOf(file: string): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [kind, lines] of await linesOf(file)) {
    const def = recordOf(kind);
    if (!def || LEFT[kind]) continue;
    const digest = new Digest();
    for (const line of lines) digest.add(contentOf(def, JSON.parse(line) as AnyRow));
    out[kind] = digest.hex;
  }
  return out;
}

/** A migrated database without a hospital. */
async function openFresh() {
  const database = await openDatabase();
  const pool = createPool({ connectionString: database.url, max: 4 });
  const db = new Database(pool);
  const close = async () => {
    await pool.end();
    await database.drop();
  };
  return { db, pool, close, facility: h.facility };
}

/** Takes a file in, as the owner. */
async function take(file: string, db: Database, wish: Partial<Taking> & { dry?: boolean } = {}) {
  const { dry = false, ...more } = wish;
  const actor: Actor = more.actor ?? { user_id: h.admin, facility_id: h.facility, role: 'super_admin' };
  const real = realTarget(db, actor.facility_id, { now: h.writer.now, newId: h.writer.newId }, true);
  const target = dry ? await trialTarget(real, true) : real;
  return takeIn({ lines: new ExportFile(file, []).lines(), target, from: h.facility, ...more, actor });
}

/** Writes a file with other lines. */
async function rewritten(name: string, change: (lines: Map<string, string[]>) => void): Promise<string> {
  const lines = await linesOf(whole);
  const { head } = await new ExportFile(whole, []).check();
  change(lines);
  const archive = new ArchiveWriter();
  const path = join(folder, name);
  const done = pipeline(archive.stream, createWriteStream(path));
  await archive.bytes(HEAD, Buffer.from(JSON.stringify(head)));
  for (const [kind, texts] of lines) await archive.bytes(`rows/${kind}/00001`, Buffer.from(`${texts.join('\n')}\n`));
  await archive.bytes(END, Buffer.from(JSON.stringify({ kinds: {} })));
  archive.end();
  await done;
  return path;
}

describe('a whole hospital, exported and taken in elsewhere', () => {
  test('every kind has rows in the file, and the file is as its end says', async () => {
    const { head, faults } = await new ExportFile(whole, []).check();
    expect(faults).toEqual([]);
    expect(head.facility.id).toBe(h.facility);
    expect(head.kinds.filter(({ kind, rows }) => rows === 0 && !LEFT[kind])).toEqual([]);
    expect(head.kinds.map(({ kind }) => kind)).toEqual(RECORD_LIST.map(({ name }) => name));
  });

  test('in an empty database all of it is there again, by whom and when it was made, also after a stop; again changes nothing', async () => {
    const fresh = await openFresh();
    try {
      const tried = await take(whole, fresh.db, { dry: true });
      expect(tried.kinds.flatMap(({ kind, refused }) => refused.map((r) => [kind, r.code, r.say]))).toEqual([]);
      expect(await one<number>(fresh.pool, 'select count(*)::int from sync_mutation')).toBe(0);

      const stop = new AbortController();
      const progress = (kind: string) => kind === 'ward_rounds' && stop.abort();
      const part = await take(whole, fresh.db, { signal: stop.signal, progress });
      expect(part.sums.written).toBeGreaterThan(20);
      const done = await take(whole, fresh.db);
      expect(done.sums.written).toBeGreaterThan(20);
      expect(part.sums.written + done.sums.written).toBe(tried.sums.written);
      expect(done.kinds.flatMap(({ kind, refused }) => refused.map((r) => [kind, r.code, r.say]))).toEqual([]);
      expect(done.kinds.flatMap(({ kind, differing }) => differing.map((d) => [kind, d.fields]))).toEqual([]);
      for (const { digests, kind } of done.kinds) expect(digests.stored, kind).toBe(digests.meant);

      const again = join(folder, 'again');
      await exportTo(again, fresh);
      expect(await digestsOf(again)).toEqual(await digestsOf(whole));
      // What follows from the rows follows again.
      const stock = 'select json_agg(json_build_array(id, stock_on_hand) order by id)::text from surgical_consumables';
      expect(await one<string>(fresh.pool, stock)).toBe(await one<string>(h.pool, stock));

      const before = await one<number>(fresh.pool, 'select count(*)::int from sync_mutation');
      const second = await take(whole, fresh.db);
      expect(second.sums).toMatchObject({ written: 0, refused: 0, different: 0 });
      expect(await one<number>(fresh.pool, 'select count(*)::int from sync_mutation')).toBe(before);
      // Each row that came is in the trail of here, as brought by the import.
      expect(
        await one<number>(
          fresh.pool,
          `select count(*)::int from audit_logs where action = 'create' and user_agent = 'psa import'`,
        ),
      ).toBe(tried.sums.written);

      // What is edited here stays as it is.
      const id = await one<string>(fresh.pool, 'select id from patients where not deleted order by id limit 1');
      await fresh.pool.query(`update patients set occupation = 'Weaver' where id = $1`, [id]);
      const third = await take(whole, fresh.db);
      expect(third.kinds.flatMap(({ differing }) => differing)).toEqual([
        { at: expect.any(Number), id, fields: ['occupation'] },
      ]);
      expect(await one<string>(fresh.pool, 'select occupation from patients where id = $1', [id])).toBe('Weaver');
    } finally {
      await fresh.close();
    }
  });
});

describe('a file that is not as it should be', () => {
  test('dirty rows are refused one by one with their line, code and reason; all others are taken in, nothing by half', async () => {
    const spoilt = (line: string, change: object) => JSON.stringify({ ...(JSON.parse(line) as object), ...change });
    const left: Record<string, string> = {};
    const path = await rewritten('dirty', (lines) => {
      const patients = lines.get('patients') ?? [];
      const [first = '', second = '', third = '', fourth = ''] = patients;
      left.parent = (JSON.parse(second) as AnyRow).id;
      patients[0] = first.slice(0, -5);
      patients[1] = spoilt(second, { gender: 'Perhaps' });
      patients[2] = spoilt(third, { favourite_colour: 'green' });
      patients.push(spoilt(fourth, { id: h.writer.newId() }));
      const [burn = ''] = lines.get('risk_assessments') ?? [];
      lines.set('risk_assessments', [spoilt(burn, { id: 'not-an-id' })]);
      lines.set('spells', ['{"id":"00000000-0000-4000-8000-000000000009","created_at":"2026-01-01T00:00:00.000Z"}']);
    });
    const fresh = await openFresh();
    try {
      const report = await take(path, fresh.db);
      const refused = (kind: string) => report.kinds.find((one) => one.kind === kind)?.refused ?? [];
      expect(refused('patients').map(({ at, code }) => [at, code])).toEqual([
        [1, 'UNREADABLE'],
        [3, 'INVALID'],
        [2, 'INVALID'],
        [expect.any(Number), 'TAKEN'],
      ]);
      expect(refused('patients')[2]?.say).toMatch(/^gender: /);
      expect(refused('risk_assessments')).toMatchObject([{ at: 1, code: 'UNREADABLE' }]);
      expect(refused('spells')).toMatchObject([{ code: 'INVALID' }]);
      // Whatever belongs to a patient who is not there is not there either.
      const orphans = report.kinds.flatMap(({ kind, refused: list }) =>
        list.filter(({ code }) => code === 'BROKEN_LINK').map(({ id }) => [kind, id]),
      );
      expect(orphans.length).toBeGreaterThan(0);
      for (const { kind, read, written, known, left: out, refused: no, differing, others } of report.kinds)
        expect(written + known + out + no.length + others.length + differing.length, kind).toBe(read);
      expect(await one(fresh.pool, 'select count(*)::int from patients where id = $1', [left.parent])).toBe(0);
      for (const { digests, kind } of report.kinds) expect(digests.stored, kind).toBe(digests.meant);

      const mended = await take(whole, fresh.db);
      expect(mended.sums.refused).toBe(0);
      expect(await one(fresh.pool, 'select count(*)::int from patients')).toBe(
        await one(h.pool, 'select count(*)::int from patients'),
      );
    } finally {
      await fresh.close();
    }
  });

  test('a file that was cut, changed or is another is found before anything is written', async () => {
    const bytes = readFileSync(whole);
    const check = (content: Uint8Array | string) => {
      const path = join(folder, 'damaged');
      writeFileSync(path, content);
      return new ExportFile(path, []).check();
    };
    expect((await check(bytes.subarray(0, bytes.length / 2))).faults.join(' ')).toMatch(/cannot be read to its end|no end/);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 0xff;
    expect((await check(flipped)).faults).not.toEqual([]);
    await expect(check('no archive')).rejects.toThrow(/cannot be read|no export/);
    const other = await rewritten('other', (lines) => lines.set('patients', []));
    expect((await new ExportFile(other, []).check()).faults.join(' ')).toMatch(/does not know of these lines/);
  });

  test('a sealed file is opened by its key alone', async () => {
    const { secret, recipient } = await makeKey();
    const path = join(folder, 'sealed');
    await exportTo(path, h, [recipient]);
    expect(readFileSync(path).includes('Enugu')).toBe(false);
    expect((await new ExportFile(path, [secret]).check()).faults).toEqual([]);
    await expect(new ExportFile(path, [(await makeKey()).secret]).check()).rejects.toThrow(/opens this backup/);
  });
});

test('into a hospital that is another one: its people, wards and items are found by address, code and number', async () => {
  const other = await openHospital();
  try {
    const actor: Actor = { user_id: other.admin, facility_id: other.facility, role: 'super_admin' };
    const db = new Database(other.pool);
    const report = await take(whole, db, { actor });
    const of = (kind: string) => report.kinds.find((one) => one.kind === kind);
    expect(report.kinds.flatMap(({ kind, refused }) => refused.map((r) => [kind, r.code, r.say]))).toEqual([]);
    expect(of('facilities')?.left).toBe(1);
    expect(of('users')?.others.length).toBe(2);
    expect(of('wards')?.others.length).toBeGreaterThan(10);
    for (const { digests, kind } of report.kinds) expect(digests.stored, kind).toBe(digests.meant);
    // Whoever was entered by the administrator there was entered by the one who has that address here.
    const by = 'select count(*)::int from patients where created_by = $1';
    expect(await one(other.pool, by, [other.admin])).toBe(await one(h.pool, by, [h.admin]));
    expect(await one(other.pool, 'select count(*)::int from users where is_approved')).toBe(2);
    expect((await take(whole, db, { actor })).sums).toMatchObject({ written: 0, refused: 0 });
  } finally {
    await other.close();
  }
});
