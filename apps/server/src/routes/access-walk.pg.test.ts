import { randomUUID } from 'node:crypto';
import {
  type AnyRow,
  chanceFrom,
  type Guard,
  type Json,
  mergeRuleOf,
  type Patch,
  RECORD_LIST,
  type RecordDef,
  ROLES,
  type Role,
  randomValue,
} from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeAll } from '../db/write.ts';
import { type Granted, grantedByPage } from '../testing/access-page.ts';
import { type Attempt, attemptsIn, type Outcome, type Refusals, refusalKey, type Way } from '../testing/attempts.ts';
import { ADMIN, type Hospital, one, openHospital, type Tablet } from '../testing/hospital.ts';
import { World } from '../testing/world.ts';
import { PUBLISHED, type Published } from './published.ts';

/** Tries until a granted change fits the rules of its record; random values break one now and then. */
const TRIES_MAX = 16;
/** What says that somebody may not, whatever is sent. */
const DENIED = ['NOT_YOURS', 'SERVER_ONLY'];
/** There is one row of these, so that another rule stops who may make a second one. */
const ONE_ONLY = ['facilities', 'ai_settings'];
/** How rows stand, where somebody's only plain field is written in that state alone. */
const STANDS: Readonly<Record<string, Patch>> = {
  prescriptions: { status: 'On Hold', hold_reason: 'Allergy?' },
  // So that a role that is wished for is another one.
  users: { role: 'house_officer' },
};

const page = grantedByPage();
const chance = chanceFrom(20261123);
let h: Hospital;
let fixed: Record<string, string>;
let tries: ReturnType<typeof attemptsIn>;
const tablets = new Map<Role, Tablet>();
const wrong: string[] = [];

beforeAll(async () => {
  h = await openHospital({ loginsPerMinute: 10_000 });
  for (const role of ROLES) tablets.set(role, await h.tablet(role === 'super_admin' ? ADMIN : await h.hire(role)));
  tries = attemptsIn(h, tablets);
  const someone = await h.hire('consultant');
  fixed = {
    users: someone.id,
    facilities: h.facility,
    wards: await one<string>(h.pool, 'select id from wards limit 1'),
    surgical_consumables: await one<string>(h.pool, 'select id from surgical_consumables limit 1'),
  };
});
afterAll(() => h.close());

const meOf = (role: Role): string => String(tablets.get(role)?.reply.user.id);
const server = () => ({ actor: { user_id: h.admin, facility_id: h.facility, role: 'super_admin' }, origin: 'server' }) as const;
const say = ({ role, way, what }: Attempt, def: RecordDef, problem: string) =>
  wrong.push(`${role} ${what} of ${def.name} by ${way}: ${problem}`);

/** Worlds with a row of this record each, written by the server. @param owner whose they are, where rows are somebody's own. */
async function rowsOf(def: RecordDef, owners: readonly string[]): Promise<string[]> {
  if (def.chained) return owners.map(() => randomUUID());
  if (ONE_ONLY.includes(def.name)) {
    const there = await one<string | undefined>(h.pool, `select id from ${def.name}`);
    if (there !== undefined) return owners.map(() => there);
  }
  const { users: _, ...others } = fixed;
  const own = def.access.own?.field;
  const worlds = owners.map((owner) => {
    const world = new World(chance, def.name === 'users' ? others : own ? { ...fixed, users: owner } : fixed);
    const values = {
      ...STANDS[def.name],
      ...(own ? { [own]: owner } : {}),
      ...(def.scope === 'row' ? { scope: 'clinical' } : {}),
    };
    return { id: world.idOf(def.name, values), wishes: world.wishes };
  });
  const wishes = worlds.flatMap((world) => world.wishes);
  if (wishes.length > 0) await writeAll(h.writer, server(), wishes);
  return worlds.map(({ id }) => id);
}

/** Bodies for new rows of this record, with everything that they point to written by the server. @param all as `World.body`. */
async function bodiesOf(def: RecordDef, n: number, all = false): Promise<Patch[]> {
  const worlds = Array.from({ length: n }, () => new World(chance, fixed));
  const bodies = worlds.map((world) => world.body(def, all));
  const wishes = worlds.flatMap((world) => world.wishes);
  if (wishes.length > 0) await writeAll(h.writer, server(), wishes);
  return bodies;
}

/** Every one of these must be refused for want of rights, change nothing, and be audited once. */
async function mustBeRefused(p: Published, attempts: readonly Attempt[]): Promise<void> {
  const [before, from] = [await tries.fingerprint(), await tries.lastEntry()];
  const outcomes = await tries.tryAll(p, attempts);
  const expected: Refusals = new Map();
  for (const [i, attempt] of attempts.entries()) {
    const { status, code, text } = outcomes[i] as Outcome;
    const right = attempt.way === 'sync' ? DENIED : ['NOT_YOURS'];
    if (status < 300) say(attempt, p.def, 'was let in');
    else if (!right.includes(code ?? '')) say(attempt, p.def, `was refused for another reason: ${text}`);
    const key = refusalKey(meOf(attempt.role), attempt.op === 'list' ? null : attempt.id, attempt.op);
    expected.set(key, (expected.get(key) ?? 0) + 1);
  }
  if ((await tries.fingerprint()) !== before) wrong.push(`${p.def.name}: a refused write left a trace`);
  const audited = await tries.refusalsSince(from);
  for (const key of new Set([...expected.keys(), ...audited.keys()])) {
    const [want, have] = [expected.get(key) ?? 0, audited.get(key) ?? 0];
    if (want !== have) wrong.push(`${p.def.name}: ${key} was refused ${want} times and audited ${have} times`);
  }
}

/** Every one of these must work; `loose` ones may meet another rule than that of rights. */
async function mustWork(p: Published, attempts: readonly (Attempt & { loose?: boolean })[]): Promise<void> {
  const outcomes = await tries.tryAll(p, attempts);
  for (const [i, attempt] of attempts.entries()) {
    const { status, code, text } = outcomes[i] as Outcome;
    if (DENIED.includes(code ?? '')) say(attempt, p.def, `was refused, though it is granted: ${text}`);
    else if (status >= 500 || (status >= 300 && !attempt.loose)) say(attempt, p.def, `did not work: ${text}`);
  }
}

/** Those that ask where the row stands are tried beside their records: rows of chance seldom stand there. */
const guardsOf = (def: RecordDef): readonly Guard[] => (def.access.guards ?? []).filter(({ from }) => from === undefined);
const isGuarded = (def: RecordDef, field: string) => guardsOf(def).some((guard) => guard.fields.includes(field));

/** Fields that whoever may change the row may change, plainest first. */
function plainFields(def: RecordDef): string[] {
  const plain = Object.keys(def.fields).filter((name) => {
    const { kind, stamp } = def.fields[name] as RecordDef['fields'][string];
    const rule = mergeRuleOf(def, name);
    const changes = !['append', 'state'].includes(rule) && (rule !== 'server' || def.merge === 'server') && !stamp;
    return changes && kind !== 'link' && !isGuarded(def, name);
  });
  const rank = (name: string) => ['note', 'text', 'integer', 'number', 'date'].indexOf(def.fields[name]?.kind ?? '') >>> 0;
  return plain.sort((a, b) => rank(a) - rank(b));
}

const anyValue = (def: RecordDef, field: string): Json => randomValue(def.fields[field] as RecordDef['fields'][string], chance);
const WAYS: readonly Way[] = ['REST', 'sync'];
/** Whether this record can be written by way of a device at all. */
const byDevice = (def: RecordDef) => def.merge !== 'server';
const someOf = (def: RecordDef, role: Role): readonly string[] => def.access.edit_only?.[role] ?? [];

/** What of a guard a patch would set. */
const guardPatches = (def: RecordDef, guard: Guard): Patch[] =>
  guard.fields.map((field) => {
    if (guard.values) return { [field]: guard.values[0] ?? null };
    const stands = STANDS[def.name]?.[field];
    if (stands !== undefined) return { [field]: def.fields[field]?.choices?.find((choice) => choice !== stands) ?? null };
    return { [field]: def.fields[field]?.kind === 'flag' ? true : anyValue(def, field) };
  });

describe.sequential('every role tries everything with every record, as docs/access.md grants it', () => {
  test('the page names every record', () => {
    expect([...page.keys()]).toEqual(RECORD_LIST.map(({ name }) => name));
  });

  test.each(RECORD_LIST.map((def) => [def.name, def] as const))('%s', async (_name, def) => {
    const p = PUBLISHED.find((published) => published.def === def) ?? ({ def, path: '' } as Published);
    const granted = page.get(def.name) as Record<Role, Granted>;
    const ways: readonly Way[] = def.chained ? ['sync'] : WAYS;
    const other = def.access.own ? fixed.users : h.admin;
    const [id = ''] = await rowsOf(def, [other ?? '']);
    const refused: Attempt[] = [];
    const works: (Attempt & { loose?: boolean })[] = [];
    if (!def.chained) await walkReads(p, granted, id, refused);
    await Promise.all([
      walkCreates(p, granted, ways, refused, works),
      walkEdits(p, granted, ways, id, refused, works),
      walkRetracts(p, granted, ways, id, refused, works),
    ]);
    await mustBeRefused(p, refused);
    await mustWork(p, works);
    await restoreAll(p, works);
    const found = wrong.splice(0);
    if (found.length > 0) expect.fail(found.join('\n'));
  });
});

/** Who may not read is refused; who may finds the row, unless it is another person's or of a scope they are not sent. */
async function walkReads(p: Published, granted: Record<Role, Granted>, id: string, refused: Attempt[]): Promise<void> {
  const { def } = p;
  await Promise.all(
    ROLES.map(async (role) => {
      const [read, list]: Attempt[] = (['read', 'list'] as const).map((op) => ({
        role,
        way: 'REST',
        op,
        id,
        patch: {},
        what: op,
      }));
      if (!read || !list) return;
      if (!granted[role].read) {
        // The trail names what was asked for: of some records, the row that they belong to.
        refused.push(p.by ? { ...read, id: (await tries.ownerOf(def, p.by.field, id)) ?? id } : read, list);
        return;
      }
      const hidden = def.access.own !== undefined || (def.scope === 'row' && !sees(role, 'clinical'));
      const [shown, listed] = await tries.tryAll(p, [read, list]);
      if (shown?.status !== (hidden ? 404 : 200)) say(read, def, `${shown?.status} ${shown?.text.slice(0, 200)}`);
      if (listed?.status !== 200) say(list, def, `${listed?.status} ${listed?.text}`);
      const rows = (JSON.parse(listed?.text ?? '{}') as Record<string, AnyRow[]>)[p.many] ?? [];
      if (rows.some((row) => row.id === id) === hidden)
        say(list, def, hidden ? 'shows a row that is not theirs' : 'leaves out the row');
    }),
  );
}

const sees = (role: Role, scope: string) => tablets.get(role)?.reply.device?.scopes.includes(scope) === true;

async function walkCreates(
  p: Published,
  granted: Record<Role, Granted>,
  ways: readonly Way[],
  refused: Attempt[],
  works: (Attempt & { loose?: boolean })[],
): Promise<void> {
  const { def } = p;
  if (def.chained) {
    for (const role of ROLES)
      refused.push({ role, way: 'sync', op: 'create', id: randomUUID(), patch: { action: 'x' }, what: 'create' });
    return;
  }
  const [few] = await bodiesOf(def, 1, !ROLES.some((role) => granted[role].create));
  const walk = async (role: Role) => {
    const mine = ways.filter((way) => granted[role].create && (way === 'REST' || byDevice(def)));
    const bodies = await bodiesOf(def, mine.length);
    for (const [i, way] of mine.entries()) {
      const at = { role, way, op: 'create' as const, id: randomUUID() };
      works.push({ ...at, patch: bodies[i] as Patch, what: 'create', loose: ONE_ONLY.includes(def.name) });
    }
    for (const way of ways) {
      const at = { role, way, op: 'create' as const, patch: few as Patch };
      if (!mine.includes(way)) refused.push({ ...at, id: randomUUID(), what: 'create' });
      // Where a record may be made, what a guard protects is refused in the same breath.
      else
        for (const guard of guardsOf(def).filter(({ roles }) => !roles.includes(role)))
          for (const patch of guardPatches(def, guard))
            refused.push({ ...at, id: randomUUID(), patch: { ...few, ...patch }, what: `create (${guard.about})` });
    }
  };
  await Promise.all(ROLES.map(walk));
}

async function walkEdits(
  p: Published,
  granted: Record<Role, Granted>,
  ways: readonly Way[],
  id: string,
  refused: Attempt[],
  works: (Attempt & { loose?: boolean })[],
): Promise<void> {
  const { def } = p;
  const plain = plainFields(def);
  // Of what is never changed, any field will do: nobody may.
  const any = plain[0] ?? Object.keys(def.fields).find((f) => def.fields[f]?.kind !== 'link' && !isGuarded(def, f)) ?? '';
  const walk = async (role: Role) => {
    const { edit } = granted[role];
    const some = someOf(def, role);
    const may = (field: string) => edit === 'all' || (edit === 'some' && some.includes(field));
    const mine = ways.filter((way) => way === 'REST' || byDevice(def));
    for (const way of ways) {
      const at = { role, way, op: 'edit' as const, id };
      const denied = mine.includes(way) ? plain.filter((f) => !may(f)) : [any];
      const field = denied[0] ?? (edit === 'none' ? any : undefined);
      if (field !== undefined) refused.push({ ...at, patch: { [field]: anyValue(def, field) }, what: `edit (${field})` });
      if (!mine.includes(way)) continue;
      for (const guard of guardsOf(def).filter(({ roles }) => !roles.includes(role)))
        for (const patch of guardPatches(def, guard)) refused.push({ ...at, patch, what: `edit (${guard.about})` });
    }
    if (edit === 'none') return;
    const open = plain.filter(may);
    for (const way of mine) {
      const owner = def.access.own ? meOf(role) : h.admin;
      if (open.length > 0) await editSomehow(p, role, way, open, owner);
      const guards = guardsOf(def).filter((g) => g.roles.includes(role) && g.fields.every(may));
      const rows = await rowsOf(
        def,
        guards.flatMap((g) => guardPatches(def, g)).map(() => owner),
      );
      for (const guard of guards)
        for (const patch of guardPatches(def, guard))
          works.push({ role, way, op: 'edit', id: rows.pop() ?? '', patch, what: `edit (${guard.about})`, loose: true });
    }
  };
  await Promise.all(ROLES.map(walk));
}

/** A granted change must work: with one of a few fields and values, on a row of its own. */
async function editSomehow(p: Published, role: Role, way: Way, open: readonly string[], owner: string): Promise<void> {
  const { def } = p;
  const [id = ''] = await rowsOf(def, [owner]);
  let last = '';
  for (let i = 0; i < TRIES_MAX; i++) {
    const field = open[i % open.length] as string;
    const attempt: Attempt = { role, way, op: 'edit', id, patch: { [field]: anyValue(def, field) }, what: `edit (${field})` };
    const [outcome] = await tries.tryAll(p, [attempt]);
    if (outcome && outcome.status < 300) return;
    last = outcome?.text ?? '';
    if (DENIED.includes(outcome?.code ?? '')) return void say(attempt, def, `was refused, though it is granted: ${last}`);
  }
  wrong.push(`${role} edit of ${def.name} by ${way}: nothing could be changed: ${last}`);
}

async function walkRetracts(
  p: Published,
  granted: Record<Role, Granted>,
  ways: readonly Way[],
  id: string,
  refused: Attempt[],
  works: Attempt[],
): Promise<void> {
  const { def } = p;
  const walk = async (role: Role) => {
    const mine = ways.filter((way) => granted[role].retract && (way === 'REST' || byDevice(def)));
    const rows = await rowsOf(
      def,
      mine.map(() => (def.access.own ? meOf(role) : h.admin)),
    );
    for (const way of ways) {
      const at = { role, way, id, patch: {} };
      const row = mine.includes(way) ? rows.pop() : undefined;
      if (row !== undefined) works.push({ ...at, id: row, op: 'retract', what: 'retract' });
      else refused.push({ ...at, op: 'retract', what: 'retract' });
      if (row === undefined && way === 'sync') refused.push({ ...at, op: 'restore', what: 'restore' });
    }
  };
  await Promise.all(ROLES.map(walk));
}

/** Who may retract may bring back. */
async function restoreAll(p: Published, works: readonly Attempt[]): Promise<void> {
  const gone = works.filter(({ op, way }) => op === 'retract' && way === 'sync');
  await mustWork(
    p,
    gone.map((a) => ({ ...a, op: 'restore' as const, what: 'restore' })),
  );
}
