import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chance, chanceFrom } from '@psa/domain';
import { Database } from '../apps/server/src/db/database.ts';
import { migrate } from '../apps/server/src/db/migrate.ts';
import { createPool } from '../apps/server/src/db/pool.ts';
import { PatientFinder } from '../apps/server/src/db/search.ts';
import { seed } from '../apps/server/src/db/seed.ts';
import { openCluster } from '../apps/server/src/embedded/cluster.ts';
import { cpuMs } from './kit/cpu.ts';
import { type Corpus, corpus, loadPatients } from './kit/people.ts';
import { quantile, short } from './kit/stats.ts';

const SIZES = [10_000, 1_000_000];
/** Different searches of each kind; each is asked once before, so that what is measured is in memory as it is in use. */
const EACH = 60;
const SHOWN = 20;

const say = (line: string) => process.stderr.write(`  ${line}\n`);

interface Patient {
  last: string;
  first: string;
  number: string;
  phone: string;
}

/** One slip at a random place: a letter left out, doubled, changed, or swapped with the next. */
function misspelt(chance: Chance, word: string): string {
  const letters = [...word];
  const at = 1 + chance.below(Math.max(1, letters.length - 2));
  const [here, next] = [letters[at] ?? '', letters[at + 1] ?? ''];
  const slip = chance.pick([[next], [here, here, next], ['e', next], [next, here]]);
  return [...letters.slice(0, at), ...slip, ...letters.slice(at + 2)].join('');
}

type Asked = (patient: Patient, chance: Chance, people: Corpus) => string;

/** What is typed, from a patient who is there. */
const KINDS: Readonly<Record<string, Asked>> = {
  'surname and first name': ({ last, first }) => `${last} ${first}`,
  'first name and surname': ({ last, first }) => `${first} ${last}`,
  'beginnings of both': ({ last, first }) => `${first.slice(0, 4)} ${last.slice(0, 4)}`,
  'surname misspelt': ({ last }, chance) => misspelt(chance, last),
  'both misspelt': ({ last, first }, chance) => `${misspelt(chance, first)} ${misspelt(chance, last)}`,
  'common surname': (_patient, chance, { surnames }) => surnames[chance.below(Math.floor(surnames.length / 10))] ?? '',
  'three letters': ({ last }) => last.slice(0, 3),
  'hospital number': ({ number }) => number,
  'end of the number': ({ number }) => number.split('/').at(-1) ?? '',
  'year of the number': ({ number }) => number.split('/')[1] ?? '',
  'phone from abroad': ({ phone }) => `+234 ${phone.slice(-10)}`,
  'beginning of a phone': ({ phone }) => `0${phone.slice(-10)}`.slice(0, 7),
  nobody: (_patient, chance) => `${misspelt(chance, 'quixworth')} ${misspelt(chance, 'zzyvander')}`,
};

interface Figures {
  p50_ms: number;
  p95_ms: number;
  longest_ms: number;
  found: number;
}

async function measure(
  patients: number,
): Promise<{ kinds: Record<string, Figures>; all: Figures; cpu_ms: number | null; size: unknown }> {
  const folder = await mkdtemp(join(tmpdir(), 'psa-bench-'));
  await chmod(folder, 0o755);
  const cluster = await openCluster({ folder: join(folder, 'pg'), say, lost: (error) => say(String(error)) });
  const owner = createPool({ connectionString: cluster.url, max: 2, pipeline: false });
  const pool = createPool({ connectionString: cluster.serverUrl, max: 2 });
  try {
    await migrate(cluster.url);
    await seed(owner);
    const facility = String((await owner.query('select id from facilities')).rows[0].id);
    const people = corpus();
    await loadPatients(owner, facility, patients, people, say);
    const chance = chanceFrom(5);
    const { rows: some } = await owner.query<Patient>(
      `select last_name as last, first_name as first, hospital_number as number, regexp_replace(phone, '[^0-9]', '', 'g') as phone
       from patients where phone is not null and id = any($1::uuid[])`,
      [
        Array.from(
          { length: EACH * 4 },
          () => `00000000-0000-7000-8000-${String(1 + chance.below(patients)).padStart(12, '0')}`,
        ),
      ],
    );
    const finder = new PatientFinder(new Database(pool));
    const kinds: Record<string, Figures> = {};
    const every: number[] = [];
    let asked = 0;
    const cpuBefore = cpuMs([cluster.pid(), process.pid]);
    for (const [kind, make] of Object.entries(KINDS)) {
      const times: number[] = [];
      let found = 0;
      for (let i = 0; i < EACH; i++) {
        const typed = make(chance.pick(some), chance, people);
        await finder.find(facility, typed, SHOWN);
        const begun = performance.now();
        const answer = await finder.find(facility, typed, SHOWN);
        times.push(performance.now() - begun);
        if (!answer) throw new Error(`"${typed}" took too long.`);
        if (answer.shown > 0) found++;
        asked += 2;
      }
      every.push(...times);
      kinds[kind] = figures(times, found / EACH);
    }
    const cpuAfter = cpuMs([cluster.pid(), process.pid]);
    const cpu = cpuBefore === null || cpuAfter === null ? null : short((cpuAfter - cpuBefore) / asked);
    const { rows: size } = await owner.query(
      `select pg_size_pretty(pg_total_relation_size('patients')) as patients, pg_size_pretty(pg_total_relation_size('patient_search')) as search,
        (select count(*)::int from patient_names) as names`,
    );
    return { kinds, all: figures(every, 1), cpu_ms: cpu, size: size[0] };
  } finally {
    await pool.end();
    await owner.end();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const figures = (times: readonly number[], found: number): Figures => ({
  p50_ms: short(quantile(times, 0.5)),
  p95_ms: short(quantile(times, 0.95)),
  longest_ms: short(Math.max(...times)),
  found: short(found),
});

/** Searches by every kind of typing at 10,000 and at 1,000,000 patients: what the server does before HTTP, one after the other. */
export async function benchSearch(): Promise<object> {
  const sizes = new Map<number, Awaited<ReturnType<typeof measure>>>();
  for (const patients of SIZES) sizes.set(patients, await measure(patients));
  const [few, many] = SIZES.map((size) => sizes.get(size));
  return {
    bench: 'search',
    searches_of_each_kind: EACH,
    shown: SHOWN,
    patients: Object.fromEntries(sizes),
    growth_of_p95_for_100_times_the_patients: few && many ? short(many.all.p95_ms / few.all.p95_ms) : null,
  };
}
