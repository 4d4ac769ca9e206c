import { randomUUID } from 'node:crypto';
import type { Actor, AnyRow, Patch, Role } from '@psa/domain';
import { type Mutation, type MutationResult, PROTOCOL_VERSION, pushGroup } from '@psa/sync';
import { Database } from '../db/database.ts';
import { createPool } from '../db/pool.ts';
import { seed, seedId } from '../db/seed.ts';
import { PgServerStore } from '../db/store.ts';
import { openDatabase } from './database.ts';

/** What somebody at the desk wishes; the rest of the mutation is filled in. */
export interface DeskWish {
  kind: string;
  id?: string;
  op?: Mutation['op'];
  patch?: Patch;
}

/**
 * A seeded facility on real PostgreSQL and the one way in, for tests of what the database derives and promises: people by role,
 * each with a tablet that has read everything. `sql` is the owner's pool, `server` the server's.
 */
export async function openDesk() {
  const db = await openDatabase();
  const sql = createPool({ connectionString: db.url, max: 10 });
  const server = createPool({ connectionString: db.serverUrl, max: 10 });
  const store = new PgServerStore(new Database(server));
  const facility = await seed(sql);
  const admin: Actor = { user_id: seedId(facility, 'admin@unth.edu.ng'), facility_id: facility, role: 'super_admin' };
  const device = randomUUID();
  let cseq = 0;

  async function push(actor: Actor, origin: 'device' | 'server', wishes: readonly DeskWish[]): Promise<MutationResult[]> {
    const at = new Date().toISOString();
    const mutations = wishes.map(({ kind, id = randomUUID(), op = 'create', patch = {} }) => ({
      ...{ mid: randomUUID(), kind, id, op, patch, base: 0, at },
    }));
    const { results, crash } = await pushGroup(
      store,
      { group: randomUUID(), device, author: actor.user_id, epoch: null, mutations },
      {
        ...{ actor, origin, device: origin === 'device' ? device : null, cseq: ++cseq, now: at, clock_offset_ms: null },
        ...{ schema: PROTOCOL_VERSION, newId: () => randomUUID(), address: null, user_agent: null, baseIsCurrent: true },
      },
    );
    if (crash) throw crash;
    return results;
  }

  /** What became of the wishes of one group: `applied`, or the code of the refusal. */
  const tell = async (actor: Actor, ...wishes: DeskWish[]): Promise<string[]> =>
    (await push(actor, 'device', wishes)).map((r) => r.code ?? r.status);

  /** As `tell`, of wishes that must be taken. @returns the id of the first */
  async function done(actor: Actor, ...wishes: DeskWish[]): Promise<string> {
    const named = wishes.map((wish) => ({ id: randomUUID() as string, ...wish }));
    const results = await push(actor, 'device', named);
    const wrong = results.find((r) => r.status !== 'applied' && r.status !== 'merged');
    if (wrong) throw new Error(`not taken: ${JSON.stringify(wrong)}`);
    return named[0]?.id ?? '';
  }

  /** A new person with this role. */
  async function person(role: Role): Promise<Actor> {
    const id = randomUUID();
    const patch = { email: `${id}@unth.edu.ng`, full_name: `A ${role}`, role, is_approved: true, is_active: true };
    const [result] = await push(admin, 'server', [{ kind: 'users', id, patch }]);
    if (result?.status !== 'applied') throw new Error(`not hired: ${JSON.stringify(result)}`);
    return { user_id: id, facility_id: facility, role };
  }

  /** A new patient. @returns the id */
  const patient = (by: Actor): Promise<string> =>
    done(by, {
      kind: 'patients',
      patch: {
        ...{ hospital_number: `H-${randomUUID()}`, first_name: 'Ada', last_name: 'Obi', gender: 'Female' },
        date_of_birth_precision: 'Unknown',
      },
    });

  /** A row as it is in the database. */
  async function row(kind: string, id: string): Promise<AnyRow> {
    const { rows } = await sql.query(`select * from ${kind} where id = $1`, [id]);
    return rows[0];
  }

  const close = async () => {
    await server.end();
    await sql.end();
    await db.drop();
  };
  return { sql, server, store, facility, admin, tell, done, person, patient, row, close };
}

export type Desk = Awaited<ReturnType<typeof openDesk>>;
