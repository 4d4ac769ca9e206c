import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type AnyRow, problemsOf, type RecordDef, recordOf } from '@psa/domain';
import { contentOf, entriesOf, REFERENCE_KINDS, type ReferenceKind, versionName } from '@psa/domain/reference';
import type { Shipped } from '@psa/domain/reference/shipped';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { seed } from './seed.ts';
import { SHIPPED, seedReference } from './seed-reference.ts';
import { PgServerStore } from './store.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;
let facility: string;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool(db.url);
  facility = await seed(pool);
});
afterAll(async () => {
  await pool.end();
  await db.drop();
});

async function rowsOf(kind: ReferenceKind): Promise<AnyRow[]> {
  const scope = kind === 'reference_questions' ? 'authoring' : 'ref';
  const { kinds } = await new PgServerStore(new Database(pool)).snapshot(facility, scope);
  return kinds.find((one) => one.kind === kind)?.rows ?? [];
}

type Listed = AnyRow & {
  entry_key: string;
  release: number;
  edit: number;
  withdrawn: boolean | null;
  is_reviewed: boolean | null;
};
const entry = async (kind: ReferenceKind, key: string) => {
  const found = entriesOf(kind, (await rowsOf(kind)) as Listed[]).find((one) => one.key === key);
  if (!found) throw new Error(`no ${key}`);
  const { used, offered, versions } = found;
  return { used: versionName(used), offered: offered && versionName(offered), versions: versions.map(versionName), row: used };
};
/** An edit or a signature as it stands in the database after a device sent it. */
const edited = (key: string, release: number, edit: number, most: number) =>
  pool.query(
    `insert into reference_drugs (facility_id, entry_key, name, drug_class, release, edit, edit_reason, max_day_adult_mg)
     select facility_id, entry_key, name, drug_class, $2, $3, 'As the unit agreed.', $4 from reference_drugs where entry_key = $1 and edit = 0 limit 1`,
    [key, release, edit, most],
  );

/** The next release of the medicines, with some changed or left out. */
function next(release: number, change: (key: string) => object | null): Shipped {
  const [medicines] = SHIPPED as [Shipped];
  const entries = medicines.entries.flatMap((one) => {
    const said = one.kind === 'reference_drugs' ? change(one.key) : {};
    return said === null ? [] : [{ ...one, content: { ...one.content, ...said } }];
  });
  return { ...medicines, release, entries };
}

test('every shipped entry would pass as if a person had typed it, and says each thing once', () => {
  for (const { release, kinds, entries } of SHIPPED) {
    expect(kinds.every((kind) => entries.some((one) => one.kind === kind))).toBe(true);
    expect(new Set(entries.map(({ kind, key }) => `${kind}/${key}`)).size).toBe(entries.length);
    for (const { kind, key, content } of entries) {
      const row = { ...content, entry_key: key, release, edit: 0, shipped: true };
      expect(problemsOf(recordOf(kind) as RecordDef, 'create', row), `${kind}/${key}`).toBeUndefined();
    }
  }
  expect(SHIPPED.flatMap(({ kinds }) => kinds).sort()).toEqual([...REFERENCE_KINDS].sort());
});

test('who changes a shipped file counts its release up: else no hospital that has it would be brought the change', () => {
  const stand = SHIPPED.map(({ kinds, release, entries }) => {
    const digest = createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16);
    return `${kinds[0]} ${release} ${digest}`;
  });
  expect(stand).toEqual([
    'reference_drugs 1 19bce8eb596cf5c0',
    'reference_lab_tests 1 82cab728c495acc7',
    'reference_procedures 1 d01a675c28e0aeff',
    'reference_consumables 1 9bacb58bff3cbcc1',
    'reference_lessons 1 4cb01b5d56be3d6c',
  ]);
});

test('several servers that start together bring a release once, and each value comes back as it was shipped', async () => {
  const added = await Promise.all([
    seedReference(pool, facility),
    seedReference(pool, facility),
    seedReference(pool, facility),
  ]);
  const count = SHIPPED.flatMap(({ entries }) => entries).length;
  expect(added.toSorted()).toEqual([0, 0, count].toSorted());
  expect(await seedReference(pool, facility)).toBe(0);
  for (const { entries } of SHIPPED)
    for (const kind of new Set(entries.map((one) => one.kind))) {
      const rows = new Map((await rowsOf(kind)).map((row) => [row.entry_key, row]));
      for (const { key, content } of entries.filter((one) => one.kind === kind)) {
        const row = rows.get(key);
        for (const field of contentOf(kind)) expect(row?.[field], `${kind}/${key}.${field}`).toEqual(content[field]);
        expect(row).toMatchObject({ release: 1, edit: 0, shipped: true, is_reviewed: null, row_version: 1 });
      }
    }
});

test('what a device is sent of it for the first time stays small', async () => {
  const sent = await Promise.all(REFERENCE_KINDS.filter((kind) => kind !== 'reference_questions').map(rowsOf));
  const bytes = sent.reduce((sum, rows) => sum + gzipSync(JSON.stringify(rows)).length, 0);
  expect(sent.flat().length).toBeGreaterThan(700);
  expect(bytes).toBeLessThan(70_000);
});

test('a new release: what nobody touched moves on unreviewed, what is the same keeps its signature, what was edited here stays and is compared', async () => {
  await edited('amoxicillin', 1, 1, 2000);
  await edited('metronidazole', 1, 1, 1500);
  const signed = `update reference_drugs set is_reviewed = true where entry_key in ('paracetamol', 'ibuprofen', 'amoxicillin')`;
  await pool.query(signed);
  const second = next(2, (key) => {
    if (key === 'amoxicillin' || key === 'ibuprofen' || key === 'diclofenac') return { remarks: 'Second release.' };
    return key === 'tramadol' ? null : {};
  });
  const added = await Promise.all([seedReference(pool, facility, [second]), seedReference(pool, facility, [second])]);
  expect(added.toSorted()).toEqual([0, 4]);

  expect(await entry('reference_drugs', 'ibuprofen')).toMatchObject({ used: '2', offered: null, row: { is_reviewed: null } });
  expect(await entry('reference_drugs', 'paracetamol')).toMatchObject({
    used: '1',
    versions: ['1'],
    row: { is_reviewed: true },
  });
  expect(await entry('reference_drugs', 'amoxicillin')).toMatchObject({
    used: '1.1',
    offered: '2',
    versions: ['2', '1.1', '1'],
    row: { max_day_adult_mg: 2000, is_reviewed: true },
  });
  // The release says nothing new of it: there is nothing to decide.
  expect(await entry('reference_drugs', 'metronidazole')).toMatchObject({ used: '1.1', offered: null });
  expect(await entry('reference_drugs', 'tramadol')).toMatchObject({ used: '2', row: { withdrawn: true } });
});

test('a server of the older release that starts later takes nothing back', async () => {
  expect(await seedReference(pool, facility)).toBe(0);
  expect(await entry('reference_drugs', 'ibuprofen')).toMatchObject({ used: '2', versions: ['2', '1'] });
});

test('ours is kept by an edit on the new release, and is compared again with the one after', async () => {
  await edited('amoxicillin', 2, 1, 2000);
  expect(await entry('reference_drugs', 'amoxicillin')).toMatchObject({ used: '2.1', offered: null });
  await seedReference(pool, facility, [next(3, (key) => (key === 'amoxicillin' ? { remarks: 'Third release.' } : {}))]);
  expect(await entry('reference_drugs', 'amoxicillin')).toMatchObject({ used: '2.1', offered: '3' });
});

test('a hospital without an administrator is left as it is', async () => {
  expect(await seedReference(pool, '019ca869-5000-7253-9d71-97f51fd61648')).toBeNull();
});
