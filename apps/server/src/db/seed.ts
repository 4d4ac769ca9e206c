import { createHash, randomBytes } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { type Patch, uuidv7 } from '@psa/domain';
import { type Group, PROTOCOL_VERSION, pushGroup } from '@psa/sync';
import type pg from 'pg';
import { Database } from './database.ts';
import { CONSUMABLES, FACILITY, TRIAL_ACCOUNTS, WARDS } from './seed-data.ts';
import { PgServerStore } from './store.ts';

/** Held while seeding, so that two servers starting on one empty database make one hospital. */
const LOCK = 7_229_002;
/** argon2id as OWASP advises (2024): 19 MiB, two passes, one lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** An id that follows from the facility and a word: seeding again finds what it made before, however it was edited since. */
export function seedId(facility: string, word: string): string {
  const hex = createHash('sha256').update(`${facility}/${word}`).digest('hex');
  // Version 8: free form (RFC 9562).
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Entry {
  kind: string;
  word: string;
  id: string;
  patch: Patch;
}

function entriesOf(facility: string): Entry[] {
  const entry = (kind: string, word: string, patch: Patch): Entry => ({ kind, word, patch, id: seedId(facility, word) });
  return [
    { ...entry('facilities', 'facility', FACILITY), id: facility },
    ...TRIAL_ACCOUNTS.map(({ email, full_name, role }) =>
      entry('users', email, { email, full_name, role, is_approved: true, is_active: true }),
    ),
    ...WARDS.map((patch) => entry('wards', `ward ${patch.code}`, patch)),
    ...CONSUMABLES.map((patch) => entry('surgical_consumables', `item ${patch.item_code}`, patch)),
  ];
}

const mutationId = (facility: string, entry: Entry) => seedId(facility, `mutation ${entry.word}`);

async function write(store: PgServerStore, facility: string, entry: Entry, now: string): Promise<void> {
  const admin = seedId(facility, TRIAL_ACCOUNTS[0]?.email ?? '');
  const newId = () => uuidv7(Date.parse(now), randomBytes);
  const mutation = {
    mid: mutationId(facility, entry),
    kind: entry.kind,
    id: entry.id,
    op: 'create',
    base: 0,
    at: now,
  } as const;
  const group: Group = {
    group: newId(),
    device: seedId(facility, 'server'),
    author: admin,
    epoch: null,
    mutations: [{ ...mutation, patch: entry.patch }],
  };
  const { results, crash } = await pushGroup(store, group, {
    actor: { user_id: admin, facility_id: facility, role: 'super_admin' },
    origin: 'server',
    device: null,
    cseq: null,
    now,
    clock_offset_ms: null,
    schema: PROTOCOL_VERSION,
    newId,
    address: null,
    user_agent: null,
    baseIsCurrent: true,
  });
  const [result] = results;
  // A code or name that a person has given to something else meanwhile is theirs to keep.
  if (result?.status === 'applied' || result?.code === 'TAKEN') return;
  throw new Error(`The first entries could not be made: ${entry.word}: ${result?.say ?? result?.status}`, { cause: crash });
}

async function addPasswords(pool: pg.Pool, facility: string): Promise<void> {
  for (const { email, password } of TRIAL_ACCOUNTS) {
    const user = seedId(facility, email);
    const { rows } = await pool.query('select 1 from user_credentials where user_id = $1', [user]);
    if (rows.length > 0) continue;
    await pool.query(
      `insert into user_credentials (facility_id, user_id, password_hash, is_default_password)
       select facility_id, id, $2, true from users where id = $1 on conflict (facility_id, user_id) do nothing`,
      [user, await hash(password, ARGON2ID)],
    );
  }
}

/**
 * Gives an empty database its hospital, wards, trial accounts and sample consumables, through the one way in. Safe to run at
 * every start, by several servers, and after an interruption; what was edited or retracted since stays as it is. A database whose
 * hospital was not made here (restored, imported) is left alone.
 * @returns the facility's id.
 */
export async function seed(pool: pg.Pool, now = () => Date.now()): Promise<string> {
  const store = new PgServerStore(new Database(pool));
  const guard = await pool.connect();
  try {
    await guard.query('begin');
    await guard.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const { rows } = await guard.query('select id from facilities order by created_at, id limit 1');
    const facility: string = rows[0]?.id ?? uuidv7(now(), randomBytes);
    const entries = entriesOf(facility);
    const known = await guard.query('select mid from sync_mutation where facility_id = $1 and mid = any($2::uuid[])', [
      facility,
      entries.map((e) => mutationId(facility, e)),
    ]);
    const done = new Set(known.rows.map((r: { mid: string }) => r.mid));
    const foreign = rows.length > 0 && done.size === 0;
    if (!foreign) {
      const left = entries.filter((e) => !done.has(mutationId(facility, e)));
      for (const entry of left) await write(store, facility, entry, new Date(now()).toISOString());
      await addPasswords(pool, facility);
    }
    await guard.query('commit');
    guard.release();
    return facility;
  } catch (error) {
    await guard.query('rollback').then(
      () => guard.release(),
      (lost: Error) => guard.release(lost),
    );
    throw error;
  }
}
