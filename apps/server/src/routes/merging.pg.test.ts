import { randomUUID } from 'node:crypto';
import { type AnyRow, chanceFrom, FOLLOWING, type Patch } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MatchFinder } from '../db/matches.ts';
import { writeAll } from '../db/write.ts';
import { type Answer, type Hospital, one, openHospital, somebody, type Tablet } from '../testing/hospital.ts';
import { World } from '../testing/world.ts';

let h: Hospital;
let consultant: string;
let tablet: Tablet;
let other: Tablet;
let author: string;

beforeAll(async () => {
  h = await openHospital({ loginsPerMinute: 10_000 });
  consultant = await h.tokenOf('consultant');
  const person = await h.hire('consultant');
  author = person.id;
  [tablet, other] = [await h.tablet(person), await h.tablet(person)];
});
afterAll(() => h.close());

const call = (path: string, body: object, token = consultant) => h.call('POST', `/api/patients/${path}`, { token, body });
const rowOf = (kind: string, id: string) => one<AnyRow>(h.pool, `select to_jsonb(t) from ${kind} t where id = $1`, [id]);
const bodyOf = <T>(answer: Answer): T => {
  expect(answer.status, answer.text).toBe(200);
  return answer.body as T;
};
type Entries = Record<string, string[]>;

const by = () => ({ actor: { user_id: author, facility_id: h.facility, role: 'consultant' }, origin: 'server' }) as const;

async function register(patch: Patch = {}): Promise<string> {
  const id = randomUUID();
  await writeAll(h.writer, by(), [{ kind: 'patients', id, op: 'create', patch: somebody(patch) }]);
  return id;
}

/** A patient with one entry of every kind that a patient can have. @returns the patient, and each entry. */
async function withEverything(seed: number): Promise<{ id: string; entries: Map<string, string> }> {
  const world = new World(chanceFrom(seed), {
    users: author,
    facilities: h.facility,
    wards: await one<string>(h.pool, 'select id from wards limit 1'),
    surgical_consumables: await one<string>(h.pool, 'select id from surgical_consumables limit 1'),
  });
  const entries = new Map(FOLLOWING.map(({ name }) => [name, world.idOf(name, { patient_id: world.idOf('patients') })]));
  await writeAll(h.writer, by(), world.wishes);
  return { id: world.idOf('patients'), entries };
}

test('[S37] [S38] every kind of entry follows, and goes back; fields are as chosen, and as they were; each step is audited', async () => {
  const { id: loser, entries } = await withEverything(7);
  const survivor = await register({ phone: null, city: 'Enugu' });
  await writeAll(h.writer, by(), [{ kind: 'patients', id: loser, op: 'edit', patch: { phone: '08031112222', city: 'Jos' } }]);
  const [loserBefore, survivorBefore] = [await rowOf('patients', loser), await rowOf('patients', survivor)];

  const taken = ['hospital_number', 'first_name'];
  const merged = bodyOf<{ match: string; moved: Entries }>(
    await call('merge', { survivor, other: loser, taken, note: 'Same wristband.' }),
  );
  expect(Object.keys(merged.moved).sort()).toEqual([...entries.keys()].sort());
  for (const [kind, id] of entries) expect((await rowOf(kind, id)).patient_id, kind).toBe(survivor);
  expect(await rowOf('patients', loser)).toMatchObject({ deleted: true, merged_into: survivor });
  expect(await rowOf('patients', survivor)).toMatchObject({
    hospital_number: loserBefore.hospital_number,
    // A name is taken whole.
    first_name: loserBefore.first_name,
    last_name: loserBefore.last_name,
    // Nobody chose it, and it was empty.
    phone: '08031112222',
    city: 'Enugu',
  });
  const audited = `select action, count(*)::int as n from audit_logs where record_id = any($1::text[]) and user_id = $2 group by 1 order by 1`;
  const person = await one<string>(h.pool, `select decided_by from patient_matches where id = $1`, [merged.match]);
  const { rows } = await h.pool.query(audited, [[loser, survivor, merged.match], person]);
  expect(rows).toEqual([
    { action: 'create', n: 1 },
    { action: 'edit', n: 2 },
    { action: 'retract', n: 1 },
  ]);

  const since = randomUUID();
  const round = { patient_id: survivor, seen_at: '2026-03-01T08:00:00.000Z', round_grade: 'Consultant', examination: 'Well.' };
  await writeAll(h.writer, by(), [
    { kind: 'ward_rounds', id: since, op: 'create', patch: round },
    { kind: 'patients', id: survivor, op: 'edit', patch: { phone: '08099999999' } },
  ]);
  const apart = bodyOf<{ back: Entries; stayed: Entries }>(await call('unmerge', { match: merged.match }));
  expect(Object.keys(apart.back).sort()).toEqual([...entries.keys()].sort());
  expect(apart.stayed).toEqual({ ward_rounds: [since] });
  for (const [kind, id] of entries) expect((await rowOf(kind, id)).patient_id, kind).toBe(loser);
  const system = ['row_version', 'updated_at', 'updated_by', 'field_ver'];
  const plain = (row: AnyRow) => Object.fromEntries(Object.entries(row).filter(([field]) => !system.includes(field)));
  expect(plain(await rowOf('patients', loser))).toEqual(plain(loserBefore));
  // What somebody wrote since stays.
  expect(plain(await rowOf('patients', survivor))).toEqual({ ...plain(survivorBefore), phone: '08099999999' });
  expect(await rowOf('patient_matches', merged.match)).toMatchObject({ status: 'Different people', survivor_id: null });
});

test('[S37] a device that did not know writes for the old one: a new entry follows, a change of the old one becomes a conflict', async () => {
  const [survivor, loser] = [await register(), await register()];
  const known = randomUUID();
  const round = { patient_id: loser, seen_at: '2026-03-01T08:00:00.000Z', round_grade: 'Consultant', examination: 'Well.' };
  const statement = { patient_id: loser, assertion: 'Allergy', substance: 'Latex', status: 'Active' };
  await h.push(other, [h.sealed(other, 1, [{ kind: 'patient_allergies', id: known, patch: statement }])]);
  bodyOf(await call('merge', { survivor, other: loser, taken: [] }));

  const [late, allergy] = [randomUUID(), randomUUID()];
  const { reply } = await h.push(tablet, [
    h.sealed(tablet, 1, [{ kind: 'ward_rounds', id: late, patch: round }]),
    h.sealed(tablet, 2, [{ kind: 'patient_allergies', id: allergy, patch: statement }]),
    h.sealed(tablet, 3, [{ kind: 'patient_allergies', id: known, op: 'edit', base: 1, patch: { reaction: 'Rash' } }]),
    h.sealed(tablet, 4, [{ kind: 'patients', id: loser, op: 'edit', base: 1, patch: { city: 'Aba' } }]),
  ]);
  expect(reply.groups.map(({ results }) => results[0]?.status)).toEqual(['applied', 'applied', 'merged', 'conflict']);
  expect((await rowOf('ward_rounds', late)).patient_id).toBe(survivor);
  expect((await rowOf('patient_allergies', allergy)).patient_id).toBe(survivor);
  expect(await rowOf('patient_allergies', known)).toMatchObject({ patient_id: survivor, reaction: 'Rash' });
  const conflict = reply.groups[3]?.results[0]?.conflict_id ?? '';
  expect(await rowOf('sync_conflicts', conflict)).toMatchObject({ fields: ['deleted'], mine: { city: 'Aba' }, status: 'Open' });
});

test('[S37] a patient merged twice over: what comes for the first is of the last', async () => {
  const [a, b, c] = [await register(), await register(), await register()];
  bodyOf(await call('merge', { survivor: b, other: a, taken: [] }));
  bodyOf(await call('merge', { survivor: c, other: b, taken: [] }));
  const late = randomUUID();
  const round = { patient_id: a, seen_at: '2026-03-01T08:00:00.000Z', round_grade: 'Consultant', examination: 'Well.' };
  await h.push(tablet, [h.sealed(tablet, 10, [{ kind: 'ward_rounds', id: late, patch: round }])]);
  expect((await rowOf('ward_rounds', late)).patient_id).toBe(c);
});

const admission = (patient_id: string): Patch => ({
  patient_id,
  admission_number: `A-${randomUUID()}`,
  admission_date: '2026-03-01T08:00:00.000Z',
  admission_type: 'Elective',
  status: 'Active',
});
const allergy = (patient_id: string, patch: Patch): Patch => ({ patient_id, status: 'Active', ...patch });

test('[S37] what stands in the way is said, and nothing is written', async () => {
  const [a, b] = [await register(), await register()];
  const refused = async (say: RegExp, code = 'CONSTRAINT') => {
    const answer = await call('merge', { survivor: a, other: b, taken: [] });
    expect(answer.body).toMatchObject({ code });
    expect((answer.body as { error: string }).error).toMatch(say);
    expect(await rowOf('patients', b)).toMatchObject({ deleted: false, merged_into: null });
  };
  const stays = [a, b].map((id) => ({
    kind: 'patient_admissions',
    id: randomUUID(),
    op: 'create' as const,
    patch: admission(id),
  }));
  await writeAll(h.writer, by(), stays);
  await refused(/open admission/);
  await writeAll(h.writer, by(), [{ kind: 'patient_admissions', id: stays[1]?.id ?? '', op: 'retract' }]);
  const none = randomUUID();
  await writeAll(h.writer, by(), [
    {
      kind: 'patient_allergies',
      id: randomUUID(),
      op: 'create',
      patch: allergy(a, { assertion: 'Allergy', substance: 'Latex' }),
    },
    { kind: 'patient_allergies', id: none, op: 'create', patch: allergy(b, { assertion: 'No known allergies' }) },
  ]);
  await refused(/stated that none is known/);
  await writeAll(h.writer, by(), [{ kind: 'patient_allergies', id: none, op: 'retract' }]);
  await h.push(other, [h.sealed(other, 20, [{ kind: 'patients', id: b, op: 'edit', base: 1, patch: { city: 'Aba' } }])]);
  await h.push(tablet, [h.sealed(tablet, 21, [{ kind: 'patients', id: b, op: 'edit', base: 1, patch: { city: 'Jos' } }])]);
  await refused(/conflicts to settle/);
  for (const body of [
    { survivor: a, other: a, taken: [] },
    { survivor: a, other: b, taken: ['id'] },
  ])
    expect((await call('merge', body)).body).toMatchObject({ code: 'INVALID' });
  expect((await call('merge', { survivor: a, other: randomUUID(), taken: [] })).status).toBe(404);
});

test('[S36] who may be one person is found once: after a save, and among all; a decision stands', async () => {
  const finder = new MatchFinder(h.db);
  await finder.news(h.facility);
  const matches = async (id: string) =>
    (await h.pool.query('select * from patient_matches where $1 in (one_id, other_id)', [id])).rows;
  const base = { last_name: 'Okonkwo', first_name: 'Chidinma', date_of_birth: '1987-04-09', phone: '+234 803 555 0101' };
  const first = await register({ ...base, hospital_number: 'UNTH/77-001' });
  const misspelt = await register({ ...base, last_name: 'Okonkow', first_name: 'Chidima', phone: null });
  const phone = await register({ ...base, first_name: 'Grace', date_of_birth: '1990-01-01', phone: '08035550101' });
  const number = await register({
    last_name: 'Else',
    first_name: 'Who',
    date_of_birth: '1960-02-02',
    hospital_number: 'unth 77001',
  });
  const man = await register({ ...base, gender: 'Male', phone: null });
  const [one_, two] = await Promise.all([finder.news(h.facility), new MatchFinder(h.db).news(h.facility)]);
  expect(one_ + two).toBeGreaterThan(0);
  const found = new Map((await matches(first)).map((m) => [m.one_id === first ? m.other_id : m.one_id, m.reasons]));
  expect(found.get(misspelt)).toEqual(['Names alike, same day of birth and sex']);
  expect(found.get(phone)).toEqual(['Same phone and a name in common']);
  expect(found.get(number)).toEqual(['Hospital numbers alike']);
  expect(found.has(man)).toBe(false);

  const before = (await matches(first)).length;
  const id = (await matches(misspelt)).find((m) => [m.one_id, m.other_id].includes(first))?.id;
  bodyOf(await call('matches/decide', { match: id, different: true, note: 'Sisters.' }));
  for (let after: string | null | undefined; after !== null; ) {
    after = bodyOf<{ next: string | null }>(await call('matches/scan', after ? { after } : {})).next;
  }
  expect(await matches(first)).toHaveLength(before);
  expect(await rowOf('patient_matches', id)).toMatchObject({ status: 'Different people', note: 'Sisters.' });
});

test('only a consultant or senior registrar may; a refusal is audited', async () => {
  const [a, b] = [await register(), await register()];
  for (const role of ['junior_registrar', 'nursing', 'super_admin', 'anaesthetist'] as const) {
    const token = await h.tokenOf(role);
    for (const [path, body] of [
      ['merge', { survivor: a, other: b, taken: [] }],
      ['unmerge', { match: a }],
      ['matches/decide', { match: a, different: true }],
      ['matches/scan', {}],
    ] as const) {
      expect((await call(path, body, token)).body, `${role} ${path}`).toMatchObject({ code: 'NOT_YOURS' });
    }
  }
  const refused = `select count(*)::int from audit_logs where action = 'refuse' and table_name = 'patient_matches'`;
  expect(await one<number>(h.pool, refused)).toBe(16);
  bodyOf(await call('merge', { survivor: a, other: b, taken: [] }, await h.tokenOf('senior_registrar')));
});
