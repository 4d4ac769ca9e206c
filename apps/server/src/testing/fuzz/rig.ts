import { createHmac, createSecretKey } from 'node:crypto';
import {
  type Chance,
  chanceFrom,
  type FieldSpec,
  type Json,
  type Patch,
  RECORD_LIST,
  type RecordDef,
  ROLES,
  type Role,
  uuidv7,
} from '@psa/domain';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { buildApp } from '../../app.ts';
import { Tokens } from '../../auth/tokens.ts';
import { Database } from '../../db/database.ts';
import { createPool } from '../../db/pool.ts';
import { PgServerStore } from '../../db/store.ts';
import { type Wish, writeOne } from '../../db/write.ts';
import { Secrets } from '../../keys/secrets.ts';
import { bodyFor } from '../walk.ts';
import { Writes } from './writes.ts';

/** Two hospitals share the server; neither may see a word of the other. */
const SIDES = ['a', 'b'] as const;
export type Side = (typeof SIDES)[number];
/** Stands in every text of a hospital and is sent by nobody. */
export const MARKS: Readonly<Record<Side, string>> = { a: 'zqAlphaMark', b: 'zqBravoMark' };

/** Somebody who asks. */
export interface Member {
  name: string;
  side: Side | null;
  role: Role | null;
  user: string;
  token: string | undefined;
  /** Whether the token should be good. */
  live: boolean;
  /** A browser that keeps a copy, and the key that signs there. */
  device: { id: string; key: Buffer; cseq: number } | null;
}

export interface Route {
  method: string;
  url: string;
}

/** Whatever address of a language model is kept, nothing leaves this machine: it becomes a port where nobody listens. */
const NOBODY_THERE = `
  create function fuzz_endpoint() returns trigger language plpgsql as $$
  begin
    new.endpoint := 'http://127.0.0.1:9/v1';
    return new;
  end $$;
  create trigger aa_fuzz before insert or update on ai_settings for each row execute function fuzz_endpoint();`;

const DAY_MS = 86_400_000;
const TRIES_MAX = 10;
/** Roles with a device of their own, in the first hospital. */
const CARRIERS: readonly Role[] = ['consultant', 'nursing', 'lab', 'super_admin'];

/** A server on a free port over two hospitals with rows of every record, people of every role, and a count of what is written. */
export interface FuzzRig {
  base: string;
  routes: readonly Route[];
  cast: ReadonlyMap<string, Member>;
  /** Ids by hospital and record, as they were at the start. */
  ids: Readonly<Record<Side, Readonly<Record<string, readonly string[]>>>>;
  /** Every id of each hospital, to be recognised in an answer. */
  owned: Readonly<Record<Side, ReadonlySet<string>>>;
  /** Records of which there is no row. */
  bare: readonly string[];
  epochs: Readonly<Record<Side, string>>;
  writes: Writes;
  /** Gives a member a new session, after the old one was ended. */
  renew(member: Member): Promise<void>;
  /** Puts right what the cast did to its own accounts. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a rig on a migrated, empty database. Whoever opens it closes it; the database stays.
 * @param plant adds to the app before it listens: a test of the fuzzing plants faults
 */
export async function openFuzzRig(
  database: { url: string; serverUrl: string },
  seed: number,
  plant: (app: FastifyInstance, db: Database) => void = () => undefined,
): Promise<FuzzRig> {
  const chance = chanceFrom(seed);
  const newId = () => uuidv7(Date.now(), (n) => chance.bytes(n));
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  const pool = createPool({ connectionString: database.serverUrl, max: 8 });
  const db = new Database(pool);
  const secrets = Secrets.of(createSecretKey(Buffer.from(chance.bytes(32))));
  const tokens = new Tokens(secrets, Date.now);
  const app = buildApp({
    pool,
    client: { connectionString: database.serverUrl },
    config: { version: 'fuzz', secrets, loginsPerMinute: 1_000_000, registrationsPerHour: 1_000_000 },
    random: (n) => chance.bytes(n),
  });
  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD' && url.startsWith('/api')) routes.push({ method: one, url });
  });
  plant(app, db);
  const cast = new Map<string, Member>();
  const add = (member: Member) => cast.set(member.name, member);

  async function session(
    user: string,
    facility: string,
    device: string | null,
    change: { ended?: boolean; ago?: number } = {},
  ) {
    const id = newId();
    const expiresAtMs = Date.now() + DAY_MS - (change.ago ?? 0);
    await owner.query(
      `insert into sessions (id, facility_id, user_id, device_id, expires_at, ended_at) values ($1, $2, $3, $4, $5, $6)`,
      [id, facility, user, device, new Date(expiresAtMs), change.ended ? new Date() : null],
    );
    return tokens.issue({ session: id, facility, user, expiresAtMs, email: 'x', role: 'x' });
  }

  const facilities = { a: newId(), b: newId() };
  const users: { id: string; role: Role }[] = [];
  const ids: Record<Side, Record<string, string[]>> = { a: {}, b: {} };
  const writer = { store: new PgServerStore(db), now: Date.now, newId };
  for (const side of SIDES) {
    const facility = facilities[side];
    await owner.query(
      `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, $2, $3, 'Nigeria', 'Africa/Lagos')`,
      [facility, `${MARKS[side]} hospital`, side],
    );
    const mine: Record<string, string> = {};
    for (const role of ROLES) {
      const id = newId();
      mine[role] = id;
      users.push({ id, role });
      await owner.query(
        `insert into users (id, facility_id, email, full_name, role, is_approved, is_active) values ($1, $2, $3, $4, $5, true, true)`,
        [id, facility, `${role}@${side}.example`, `${MARKS[side]} ${role}`, role],
      );
      let device: Member['device'] = null;
      if (CARRIERS.includes(role)) {
        device = { id: newId(), key: Buffer.from(chance.bytes(32)), cseq: 0 };
        await owner.query(`insert into devices (id, facility_id, name, state) values ($1, $2, $3, 'active')`, [
          device.id,
          facility,
          `${MARKS[side]} tablet`,
        ]);
        await owner.query(`insert into device_keys (facility_id, device_id, name, key) values ($1, $2, $3, $4)`, [
          facility,
          device.id,
          `author:${id}`,
          device.key,
        ]);
      }
      const token = await session(id, facility, device?.id ?? null);
      add({ name: `${role} of ${side}`, side, role, user: id, token, live: true, device });
    }
    const admin = mine.super_admin ?? '';
    ids[side] = await furnish(side, facility, mine);
    for (const [name, token] of [
      ['a session that ended', await session(admin, facility, null, { ended: true })],
      ['a session that is over', await session(admin, facility, null, { ago: 2 * DAY_MS })],
      [
        'a token for another hospital',
        await tokens.issue({
          session: newId(),
          facility: facilities[side === 'a' ? 'b' : 'a'],
          user: admin,
          expiresAtMs: Date.now() + DAY_MS,
          email: 'x',
          role: 'super_admin',
        }),
      ],
    ] as const) {
      add({ name: `${name} (${side})`, side, role: null, user: admin, token, live: false, device: null });
    }
  }
  const nobody = { side: null, role: null, user: newId(), live: false, device: null };
  add({ ...nobody, name: 'nobody', token: undefined });
  add({ ...nobody, name: 'a token that is none', token: 'x.y.z' });
  add({
    ...nobody,
    name: 'another key',
    token: await new Tokens(Secrets.of(createSecretKey(Buffer.from(chance.bytes(32)))), Date.now).issue({
      session: newId(),
      facility: facilities.a,
      user: nobody.user,
      expiresAtMs: Date.now() + DAY_MS,
      email: 'x',
      role: 'super_admin',
    }),
  });

  /** A row or two of every record, by whoever may. @returns their ids, the people's among them */
  async function furnish(side: Side, facility: string, people: Readonly<Record<string, string>>) {
    // One who is asked about and changed, and never asks.
    const victim = newId();
    await owner.query(
      `insert into users (id, facility_id, email, full_name, role, is_approved, is_active) values ($1, $2, $3, $4, 'house_officer', true, true)`,
      [victim, facility, `victim@${side}.example`, `${MARKS[side]} victim`],
    );
    const found: Record<string, string[]> = { users: [victim], facilities: [facility] };
    for (const def of RECORD_LIST) {
      if (found[def.name] || def.scope === 'none') continue;
      for (let i = 0; i < 2; i++) {
        const id = await settle(def, side, facility, people, found);
        if (id) found[def.name] = [...(found[def.name] ?? []), id];
      }
    }
    return found;
  }

  async function settle(
    def: RecordDef,
    side: Side,
    facility: string,
    people: Readonly<Record<string, string>>,
    links: Record<string, string[]>,
  ) {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const role = ROLES[(tries + 1) % ROLES.length] as Role;
      const actor = { user_id: people[role] ?? '', facility_id: facility, role };
      try {
        const wish: Wish = {
          kind: def.name,
          id: newId(),
          op: 'create',
          patch: marked(def, bodyFor(def, chance, links, tries % 3 === 2), side, chance),
        };
        await writeOne(writer, { actor, origin: tries % 2 === 0 ? 'server' : 'rest' }, wish);
        return wish.id;
      } catch {
        // Another role, another row: rules over several rows are not met by chance every time.
      }
    }
    return undefined;
  }

  const owned = { a: new Set<string>(), b: new Set<string>() };
  for (const side of SIDES) {
    for (const def of RECORD_LIST) {
      if (def.name === 'audit_logs') continue;
      const { rows } = await owner.query<{ id: string }>(`select id from ${def.name} where facility_id = $1`, [
        facilities[side],
      ]);
      for (const { id } of rows) {
        owned[side].add(id);
        if (!ids[side][def.name]?.includes(id) && def.name !== 'users')
          ids[side][def.name] = [...(ids[side][def.name] ?? []), id];
      }
    }
  }
  // A row that chance could not make: what points to it points to nothing.
  const bare = RECORD_LIST.filter(({ name }) => ids.a[name] === undefined).map(({ name }) => name);
  for (const side of SIDES) for (const { name } of RECORD_LIST) ids[side][name] ??= [newId()];
  const epochs = { a: '', b: '' };
  for (const side of SIDES) {
    epochs[side] = (await owner.query('select epoch from sync_epoch where facility_id = $1', [facilities[side]])).rows[0].epoch;
  }
  await owner.query(NOBODY_THERE);
  const writes = await Writes.install(owner);
  const base = await app.listen({ host: '127.0.0.1', port: 0 });

  return {
    base,
    routes,
    cast,
    ids,
    owned,
    bare,
    epochs,
    writes,
    renew: async (member) => {
      if (member.side) member.token = await session(member.user, facilities[member.side], member.device?.id ?? null);
    },
    heal: async () => {
      for (const { id, role } of users) {
        await owner.query(
          `update users set is_active = true, is_approved = true, deleted = false, role = $2
           where id = $1 and not (is_active and is_approved and not deleted and role = $2)`,
          [id, role],
        );
      }
      await owner.query(
        `update devices set state = 'active', deleted = false where (state <> 'active' or deleted) and name like '%Mark tablet%'`,
      );
      await owner.query('update user_credentials set locked_until = null, failed_count = 0 where failed_count > 0');
    },
    close: async () => {
      await app.close();
      await pool.end();
      await owner.end();
    },
  };
}

/** The row with the hospital's mark in every text that has room for it. */
function marked(def: RecordDef, row: Patch, side: Side, chance: Chance): Patch {
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(row)) {
    const field = def.fields[name] as FieldSpec;
    const room = (field.kind === 'text' || field.kind === 'note') && !field.pattern && (field.max ?? 100) >= 20;
    out[name] = room && typeof value === 'string' ? `${MARKS[side]}${chance.below(1_000_000)}` : value;
  }
  return out;
}

/** The text of a group and its signature by whoever holds this key. */
export function sealed(group: Json, key: Buffer, cseq: number): { cseq: number; body: string; sig: string } {
  const body = JSON.stringify(group);
  return { cseq, body, sig: createHmac('sha256', key).update(body).digest('base64') };
}
