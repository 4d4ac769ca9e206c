import { setTimeout as delay } from 'node:timers/promises';
import { differences } from './compare.ts';
import { attentionOf, commonKinds, readEvidence, serverRows } from './evidence.ts';
import type { TorturedHospital } from './hospital.ts';
import { type Broken, judge, type Ledger } from './ledger.ts';
import type { TorturedPerson } from './person.ts';

/** Both people's roles; they are sent the same scopes. */
const ROLES = ['consultant', 'senior_registrar'] as const;
/** How long everything may take to agree once all is up; who waits for a later try is told to try at once. */
const QUIET_MS_MAX = 120_000;
const POLL_MS = 100;
/** Of a long list, the first say enough. */
const SHOWN_MAX = 10;

const KINDS = commonKinds(ROLES);
const NAMES = KINDS.map((def) => def.name);

/** Waits until nothing waits to be sent and both tablets show what the server has; says what still differs when that does not come. */
async function quiet(hospital: TorturedHospital, people: readonly TorturedPerson[], facility: string): Promise<Broken[]> {
  const until = performance.now() + QUIET_MS_MAX;
  for (;;) {
    const said: string[] = [];
    for (const person of people) said.push(...(await unlike(hospital, person, facility, false)));
    if (said.length === 0) return [];
    if (performance.now() > until) return said.slice(0, SHOWN_MAX).map((say) => ({ write: null, say }));
    await delay(POLL_MS);
  }
}

/** In what a tablet is not yet like the server. `whole`: every field of every row, else id and version. */
async function unlike(hospital: TorturedHospital, person: TorturedPerson, facility: string, whole: boolean): Promise<string[]> {
  const tablet = `tablet ${person.side}`;
  const { waiting, attention, words } = await person.standing();
  if (waiting) return [`${tablet} is not done: "${words}"`];
  const wanted = await attentionOf(hospital.pool, person.email);
  const said: string[] = [];
  if (attention !== wanted) said.push(`${tablet} shows ${attention} that need attention, and there are ${wanted}`);
  const all = await serverRows(hospital.pool, KINDS);
  const there = whole ? all : outlined(all);
  const here = await person.rows(NAMES, facility, whole);
  return [...said, ...differences(here, there).map((say) => `${tablet}: ${say}`)];
}

const outlined = (rows: Awaited<ReturnType<typeof serverRows>>): typeof rows =>
  Object.fromEntries(
    Object.entries(rows).map(([kind, all]) => [
      kind,
      Object.fromEntries(Object.entries(all).map(([id, row]) => [id, { id, row_version: row.row_version ?? null }])),
    ]),
  );

/** After a round: everything is quiet, and every write of the ledger is where it must be. */
export async function checkRound(
  hospital: TorturedHospital,
  people: readonly TorturedPerson[],
  facility: string,
  ledger: Ledger,
): Promise<Broken[]> {
  const loud = await quiet(hospital, people, facility);
  return [...judge(ledger.writes, await readEvidence(hospital.pool)), ...loud];
}

/** At the end: every field of every row of both tablets is the server's. */
export async function checkDevices(
  hospital: TorturedHospital,
  people: readonly TorturedPerson[],
  facility: string,
): Promise<Broken[]> {
  const said: string[] = [];
  for (const person of people) said.push(...(await unlike(hospital, person, facility, true)));
  return said.slice(0, SHOWN_MAX).map((say) => ({ write: null, say }));
}
