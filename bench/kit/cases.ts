import { RECORDS, type RecordDef } from '@psa/domain';
import { type LoginReply, PROTOCOL_VERSION } from '@psa/sync';
import { listSql } from '../../apps/server/src/db/lists.ts';
import { changedRows } from '../../apps/server/src/db/pull.ts';
import { FIND } from '../../apps/server/src/db/search.ts';
import { planOf } from '../../apps/server/src/db/search-plan.ts';
import { kindOf } from '../../apps/server/src/db/sql.ts';
import { bind } from './bind.ts';
import { patientId, type Rig } from './rig.ts';
import { LABS_EVERY } from './ward.ts';
import { newPatient, newPrescription, plainPatient, plainPrescription } from './writes.ts';

/** One kind of work: over HTTP, and what PostgreSQL does of it by itself. */
export interface Case {
  title: string;
  /** The least that HTTP should reach of what pgbench reaches. */
  ratio: number;
  /** The most CPU time a request should take, server and PostgreSQL together. */
  cpuMs?: number;
  request(): { method: 'GET' | 'POST'; path: string; body?: string };
  /** For pgbench. */
  script: string;
}

const PAGE_ROWS = 100;
const SEARCHES = 1_000;
const FOUND_MAX = 20;

const upTo = (most: number): number => 1 + Math.floor(Math.random() * most);
const uuidOf = (n: string): string => `('00000000-0000-7000-8000-' || lpad((${n})::text, 12, '0'))::uuid`;

/** A page of a hundred changes somewhere in the log. */
async function pageCase(rig: Rig, patients: number, device: string, login: LoginReply): Promise<Case> {
  const { rows } = await rig.pool.query('select seq::int from sync_head where facility_id = $1', [rig.facility]);
  const before = rows[0].seq - patients;
  const { epoch, scopes } = login.device ?? { epoch: null, scopes: [] };
  const last = Math.max(1, patients - PAGE_ROWS);
  const facility = `'${rig.facility}'::uuid`;
  const held = `array[${scopes.map((scope) => `'${scope}'`).join(', ')}]`.replaceAll(':', "'||chr(58)||'");
  const ids = `array(select e.id from sync_entity e where e.facility_id = ${facility} and e.seq > ${before} + :n::bigint
    and e.seq <= ${before + PAGE_ROWS} + :n::bigint and e.scope = any(${held}) order by e.seq, e.id)`;
  return {
    title: `page of ${PAGE_ROWS} changes`,
    ratio: 0.37,
    request: () => ({
      method: 'POST',
      path: '/api/sync/pull',
      body: JSON.stringify({
        ...{ device, epoch, schema: PROTOCOL_VERSION, sent_at: new Date().toISOString() },
        ...{ cursor: before + upTo(last), held: scopes, limit: PAGE_ROWS },
      }),
    }),
    script: `\\set n random(1, ${last})\n${bind(changedRows('patients').text, [facility, ids])};\n`,
  };
}

/** A search for a patient by surname and given name. */
async function searchCase(rig: Rig): Promise<Case> {
  const { rows } = await rig.pool.query<{ name: string }>(
    "select last_name || ' ' || first_name as name from patients where id = any($1::uuid[])",
    [Array.from({ length: SEARCHES }, (_, i) => patientId(i + 1))],
  );
  const names = rows.map(({ name }) => name);
  const plans = names.map((name, n) => ({ n: n + 1, ...planOf(rig.facility, name) }));
  await rig.pool.query(
    `create table plain.searches as select * from jsonb_to_recordset($1::jsonb)
       as s (n int, number text, phone text, starts text[], given text, query text, narrow text[], typed text)`,
    [JSON.stringify(plans)],
  );
  await rig.pool.query('alter table plain.searches add primary key (n)');
  await rig.pool.query('grant select on plain.searches to psa_server');
  const plan = ['number', 'phone', 'starts', 'given', 'query', 'narrow', 'typed'].map((column) => `s.${column}`);
  // What was typed, and no other spellings of it: those are made of what a server remembers.
  const find = bind(FIND.text, [`'${rig.facility}'::uuid`, ...plan, 'null::text', 'null::bigint', '0', String(FOUND_MAX)]);
  return {
    title: 'search by name',
    ratio: 0,
    cpuMs: 1.3,
    request: () => ({
      method: 'GET',
      path: `/api/search/patients?q=${encodeURIComponent(names[upTo(names.length) - 1] ?? '')}`,
    }),
    script: `\\set n random(1, ${names.length})\nselect found.json from plain.searches s cross join lateral (${find}) found where s.n = :n;\n`,
  };
}

/** The kinds of work, by name. */
export async function casesOf(
  rig: Rig,
  patients: number,
  device: string,
  login: LoginReply,
): Promise<Readonly<Record<string, Case>>> {
  const facility = `'${rig.facility}'::uuid`;
  const labs = listSql(RECORDS.lab_investigations as unknown as RecordDef, rig.facility, {
    where: { patient_id: '' },
    reach: [],
    since: null,
    after: null,
    limit: PAGE_ROWS,
  });
  const withLabs = Math.max(1, Math.floor(patients / LABS_EVERY));
  let made = 0;
  return {
    read: {
      title: 'read one patient',
      ratio: 0.17,
      cpuMs: 0.6,
      request: () => ({ method: 'GET', path: `/api/sync/patients/${patientId(upTo(patients))}` }),
      script: `\\set n random(1, ${patients})\n${bind(kindOf('patients').sql.some.text, [facility, `array[${uuidOf(':n')}]`])};\n`,
    },
    create: {
      title: 'create one patient',
      ratio: 0.45,
      cpuMs: 1.6,
      request: () => ({ method: 'POST', path: '/api/sync/patients', body: JSON.stringify(newPatient(`A/${++made}`)) }),
      script: plainPatient(rig),
    },
    prescription: {
      title: 'prescription with 3 items',
      ratio: 0.4,
      request: () => ({
        method: 'POST',
        path: '/api/sync/prescriptions',
        body: JSON.stringify(newPrescription(upTo(patients))),
      }),
      script: plainPrescription(rig, patients),
    },
    labs: {
      title: 'labs of one patient',
      ratio: 0.25,
      request: () => ({ method: 'GET', path: `/api/sync/labs?patient_id=${patientId(upTo(withLabs) * LABS_EVERY)}` }),
      script: `\\set n random(1, ${withLabs})\n${bind(labs.text, [facility, uuidOf(`:n * ${LABS_EVERY}`), String(PAGE_ROWS + 1)])};\n`,
    },
    page: await pageCase(rig, patients, device, login),
    search: await searchCase(rig),
  };
}
