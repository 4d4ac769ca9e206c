import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, AnyRow } from '@psa/domain';
import { type Look, type Place, Trail } from '../audit/trail.ts';
import { auditEntry } from '../auth/audit.ts';
import type { Database } from '../db/database.ts';
import { dossierOf } from '../db/dossier.ts';
import { RowReader } from '../db/rows.ts';
import type { PgServerStore } from '../db/store.ts';
import { type Pack, packPage, withoutThirdPersons } from './pack.ts';

const LOOKS_AT_ONCE = 200;

interface Wish {
  hospitalNumber: string;
  /** Where the two files go; made when it is missing, readable by this account only. */
  folder: string;
  thirdPersons: boolean;
  now: Date;
}

/**
 * Everything about one patient, for the patient: `record.html` to be read, `record.json` for another system. On whose authority is written
 * into the trail before the files are. @returns where they are; undefined when nobody has this number.
 */
export async function makePack(
  db: Database,
  store: Pick<PgServerStore, 'audit'>,
  actor: Actor,
  wish: Wish,
): Promise<{ page: string; data: string; entries: number } | undefined> {
  const facility = actor.facility_id;
  const rows = new RowReader(db);
  const found = await db
    .of(facility)
    .query<{ id: string }>('select id from patients where facility_id = $1 and hospital_number = $2 and not deleted', [
      facility,
      wish.hospitalNumber,
    ]);
  const id = found.rows[0]?.id;
  const records = id === undefined ? undefined : await dossierOf(rows, facility, id);
  if (id === undefined || records === undefined) return undefined;
  const looks = await allLooks(new Trail(db), actor, id);
  const names = new Map<string, string>();
  for (const [kind, field] of [
    ['users', 'full_name'],
    ['wards', 'name'],
    ['facilities', 'name'],
  ] as const) {
    for (const text of await rows.all(facility, kind)) {
      const row = JSON.parse(text) as AnyRow & Record<string, unknown>;
      names.set(row.id, String(row[field]));
    }
  }
  const pack: Pack = {
    made_at: wish.now.toISOString(),
    facility: names.get(facility) ?? 'this hospital',
    third_persons: wish.thirdPersons ? 'included' : 'left out',
    records: wish.thirdPersons ? records : withoutThirdPersons(records),
    looks,
  };
  const entries = Object.values(records).reduce((n, list) => n + list.length, 0);
  const about = { user_id: actor.user_id, table_name: 'patients', record_id: id };
  await store.audit(facility, [
    auditEntry('export', wish.now.getTime(), { address: '', agent: 'psa patient-pack' }, { ...about, new_values: { entries } }),
  ]);
  mkdirSync(wish.folder, { recursive: true, mode: 0o700 });
  const [page, data] = [join(wish.folder, 'record.html'), join(wish.folder, 'record.json')];
  writeFileSync(
    page,
    packPage(pack, (one) => names.get(one)),
    { mode: 0o600 },
  );
  writeFileSync(data, `${JSON.stringify(pack, null, 1)}\n`, { mode: 0o600 });
  return { page, data, entries };
}

async function allLooks(trail: Trail, actor: Actor, patient: string): Promise<Look[]> {
  const looks: Look[] = [];
  for (let after: Place | null | undefined; after !== null; ) {
    const page = await trail.looks(actor, patient, after ?? undefined, LOOKS_AT_ONCE);
    looks.push(...page.looks);
    after = page.next;
  }
  return looks;
}
