import { randomUUID } from 'node:crypto';
import { fileScopes, scopesOf } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveDue } from '../db/archive.ts';
import { writeAll } from '../db/write.ts';
import { type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';

let h: Hospital;
let token: string;
let author: string;

beforeAll(async () => {
  h = await openHospital({ loginsPerMinute: 10_000 });
  token = await h.tokenOf('consultant');
  author = (await h.hire('consultant')).id;
});
afterAll(() => h.close());

const by = () => ({ actor: { user_id: author, facility_id: h.facility, role: 'consultant' }, origin: 'server' }) as const;

/** A patient and one ward round. */
async function register(): Promise<{ id: string; round: string }> {
  const [id, round] = [randomUUID(), randomUUID()];
  const seen = { patient_id: id, seen_at: '2026-03-01T08:00:00.000Z', round_grade: 'Consultant', examination: 'Well.' };
  await writeAll(h.writer, by(), [
    { kind: 'patients', id, op: 'create', patch: somebody({}) },
    { kind: 'ward_rounds', id: round, op: 'create', patch: seen },
  ]);
  return { id, round };
}

/** Whoever may go to the archive goes, as if all that was written were old. */
const night = () =>
  archiveDue(h.db, {
    facility: h.facility,
    since: new Date(Date.now() + 60_000),
    today: new Date().toISOString().slice(0, 10),
  });
const inArchive = async (id: string) =>
  (await one<number>(h.pool, 'select count(*)::int from archived_patients where patient_id = $1', [id])) === 1;
const call = async (path: string, body: object) => {
  const answer = await h.call('POST', `/api/patients/${path}`, { token, body });
  expect(answer.status, answer.text).toBe(200);
  return answer.body as { match: string };
};
/** Where devices are told that a row lies now, and whether a row that is not retracted is told at its newest version. */
const told = async (kind: string, id: string): Promise<{ scope: string; op: string }[]> =>
  (
    await h.pool.query<{ scope: string; op: string }>(
      `select scope, op from sync_entity where facility_id = $1 and kind = $2 and id = $3 and op <> 'X'`,
      [h.facility, kind, id],
    )
  ).rows;
const FILE = (id: string) => fileScopes(scopesOf('consultant'), id);

test.each(['who stays', 'who goes', 'both'])(
  '[S37] [S71] %s of a merge was in the archive: all of it is with the unit again, and goes back apart likewise',
  async (archived) => {
    const first = await register();
    if (archived !== 'both') await night();
    const second = await register();
    if (archived === 'both') await night();
    const [stays, goes] = archived === 'who stays' ? [first, second] : [second, first];
    expect(await inArchive(first.id)).toBe(true);
    expect(FILE(first.id)).toContain((await told('ward_rounds', first.round))[0]?.scope);

    const { match } = await call('merge', { survivor: stays.id, other: goes.id, taken: [] });
    expect([await inArchive(stays.id), await inArchive(goes.id)]).toEqual([false, false]);
    for (const { round } of [stays, goes]) expect(await told('ward_rounds', round)).toEqual([{ scope: 'clinical', op: 'U' }]);
    expect(await told('patients', goes.id)).toEqual([{ scope: 'identity', op: 'D' }]);

    await night();
    expect(await inArchive(stays.id)).toBe(true);
    await call('unmerge', { match });
    expect([await inArchive(stays.id), await inArchive(goes.id)]).toEqual([false, false]);
    for (const { round } of [stays, goes]) expect(await told('ward_rounds', round)).toEqual([{ scope: 'clinical', op: 'U' }]);
    expect(await one<string>(h.pool, 'select patient_id from ward_rounds where id = $1', [goes.round])).toBe(goes.id);
  },
);
