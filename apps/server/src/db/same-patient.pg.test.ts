import { randomUUID } from 'node:crypto';
import { chanceFrom, mergeRuleOf, type Patch, RECORD_LIST, type RecordDef } from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTheatre, refusal, type Theatre } from '../testing/theatre.ts';
import { World } from '../testing/world.ts';
import { PgServerStore } from './store.ts';
import { type Wish, type Writer, writeAll } from './write.ts';

/** Rows about a patient point only to rows about the same patient: a rule across records, which only PostgreSQL can hold. */
let t: Theatre;
let writer: Writer;
beforeAll(async () => {
  t = await openTheatre();
  writer = { store: new PgServerStore(t.database), now: Date.now, newId: () => randomUUID() };
});
afterAll(() => t.close());

/** As the server itself: rights are not what is asked here. */
const write = (wishes: readonly Wish[]) => {
  const actor = { user_id: t.consultant, facility_id: t.facility, role: 'consultant' } as const;
  return writeAll(writer, { actor, origin: 'server' }, wishes);
};

async function create(kind: string, patch: Patch): Promise<string> {
  const id = randomUUID();
  await write([{ kind, id, op: 'create', patch }]);
  return id;
}

const patientOf = async (kind: string, id: string): Promise<unknown> =>
  (await t.pool.query<{ patient_id: unknown }>(`select patient_id from ${kind} where id = $1`, [id])).rows[0]?.patient_id;

/** Two patients, each with the rows that are made for it. */
function twoWorlds(seed: number) {
  const chance = chanceFrom(seed);
  const [here, there] = [new World(chance, { users: t.consultant }), new World(chance, { users: t.consultant })];
  return { here, there, plant: () => write([...here.wishes, ...there.wishes]) };
}

const links = RECORD_LIST.flatMap((def) =>
  (def.across ?? [])
    .filter(({ same }) => same === 'patient_id')
    .flatMap(({ fields, say }) => fields.map((link) => [`${def.name}.${link}`, def, link, say] as const)),
);

describe('what is of one patient points to nothing of another', () => {
  test('in all records that are about one', () => {
    expect(new Set(links.map(([, { name }]) => name)).size).toBeGreaterThan(25);
  });

  test.each(links)('%s', async (_, def, link, say) => {
    const { here, there, plant } = twoWorlds(links.findIndex((one) => one[1] === def && one[2] === link));
    const to = def.fields[link]?.to ?? '';
    // There is one person here, who cannot be the second to check.
    const alone: Patch = 'checked_by' in def.fields ? { checked_by: null } : {};
    const about = (target: string): Patch =>
      here.body(def, false, { patient_id: here.idOf('patients'), ...alone, [link]: target });
    const [right, wrong] = [about(here.idOf(to)), about(there.idOf(to))];
    await plant();
    const id = await create(def.name, right);
    expect(await refusal(create(def.name, wrong))).toMatchObject({ code: 'CONSTRAINT', say });
    if (mergeRuleOf(def, link) === 'append') return;
    const change: Wish = { kind: def.name, id, op: 'edit', patch: { [link]: there.idOf(to) } };
    expect(await refusal(write([change]))).toMatchObject({ code: 'CONSTRAINT', say });
  });
});

const filled = RECORD_LIST.flatMap((def) => {
  const { from } = def.fields.patient_id ?? {};
  return from === undefined ? [] : [[def.name, def, from] as const];
});

describe('who writes need not name the patient of', () => {
  test.each(filled)('%s', async (kind, def: RecordDef, from) => {
    const { here, there, plant } = twoWorlds(filled.findIndex(([name]) => name === kind));
    const to = def.fields[from]?.to ?? '';
    const { patient_id: _, ...patch } = here.body(def, false, { [from]: here.idOf(to) });
    const [patient, other] = [here.idOf('patients'), there.idOf('patients')];
    await plant();
    expect((await refusal(create(kind, { ...patch, patient_id: other }))).code).toBe('CONSTRAINT');
    expect(await patientOf(kind, await create(kind, patch))).toBe(patient);
    expect(await refusal(create(kind, { ...patch, [from]: randomUUID() }))).toMatchObject({
      code: 'BROKEN_LINK',
      fields: [from],
    });
  });
});
