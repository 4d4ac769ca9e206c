import { randomUUID } from 'node:crypto';
import { chanceFrom } from '@psa/domain';
import { AUDIT, kindOf, LOG } from '../../apps/server/src/db/sql.ts';
import { bind, json, text } from './bind.ts';
import { corpus } from './people.ts';
import { patientId, type Rig } from './rig.ts';
import { LABS_EVERY } from './ward.ts';

const chance = chanceFrom(7);
const { surnames, given } = corpus();
/** Days of birth, from the first of 1930 on, and the numbers behind the first four digits of a phone. */
const DAYS = 33_000;
const PHONES = 9_999_999;

/** Somebody: as often as in life one with whom another shares a name, hardly ever one with whom another shares a phone. */
export const newPatient = (number: string) => ({
  hospital_number: number,
  first_name: chance.pick(given),
  last_name: chance.pick(surnames),
  gender: chance.odds(0.5) ? 'Female' : 'Male',
  date_of_birth: new Date(Date.UTC(1930, 0, 1 + chance.below(DAYS))).toISOString().slice(0, 10),
  date_of_birth_precision: 'Exact',
  phone: `0803${String(chance.below(PHONES)).padStart(7, '0')}`,
  city: 'Enugu',
  state: 'Enugu',
});

const DRUGS = ['Ceftriaxone', 'Metronidazole', 'Paracetamol'].map((medication_name) => ({
  medication_name,
  dosage: '1 g',
  route: 'IV',
  frequency: '12 hourly',
  duration: '5 days',
}));

/** A prescription with three items, as a client posts it. */
export const newPrescription = (n: number) => ({
  prescription: { patient_id: patientId(n), diagnosis: 'Burns', prescription_type: 'Inpatient' },
  items: DRUGS,
});

const columns = (row: Readonly<Record<string, string>>) =>
  [Object.keys(row).join(', '), Object.values(row).join(', ')] as const;
const constants = (row: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, `'${value}'`]));

/** A plain INSERT of one patient into a table with the same rules and indexes, and nothing else. */
export function plainPatient(rig: Rig): string {
  const row = {
    ...constants(newPatient('')),
    ...{ facility_id: `'${rig.facility}'`, hospital_number: 'gen_random_uuid()' },
    ...{ last_name: "'Okeke' || (:n::int % 3000)", date_of_birth: `date '1930-01-01' + :n::int % ${DAYS}` },
    phone: "'0803' || lpad(:n::text, 7, '0')",
  };
  const [names, values] = columns(row);
  return `\\set n random(1, ${PHONES})\ninsert into plain.patients (${names}) values (${values});\n`;
}

/** A plain INSERT of a prescription and its items, in one statement. */
export function plainPrescription(rig: Rig, patients: number): string {
  const [names, values] = columns(constants(DRUGS[0] ?? {}));
  const patient = `('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid`;
  const from = 'from head cross join generate_series(1, 3)';
  return `\\set n random(1, ${Math.max(1, patients / LABS_EVERY)})
with head as (insert into plain.prescriptions (facility_id, patient_id, diagnosis, prescription_type, status, prescribed_by, prescribed_date) values ('${rig.facility}', ${patient}, 'Burns', 'Inpatient', 'Active', '${rig.doctor}', now()) returning id) insert into plain.prescription_items (facility_id, prescription_id, patient_id, ${names}) select '${rig.facility}', head.id, ${patient}, ${values} ${from};
`;
}

/** The statements that the server sends for so many patients who share a transaction, with or without those of the audit. */
export function serverWrites(rig: Rig, many: number, audited: boolean): string {
  const facility = `'${rig.facility}'::uuid`;
  const row = {
    ...newPatient(''),
    ...{ facility_id: rig.facility, created_by: rig.doctor, updated_by: rig.doctor, created_at: '2026-01-01' },
    ...{ updated_at: '2026-01-01', deleted: false, row_version: 1, field_ver: { last_name: [1, null], gender: [1, null] } },
  };
  const each = (value: string) => `(select array_agg(${value}) from generate_series(1, ${many}))`;
  const own = "jsonb_build_object('id', gen_random_uuid(), 'hospital_number', gen_random_uuid())";
  const rows = `(select jsonb_agg(${json(row)}::jsonb || ${own}) from generate_series(1, ${many}))`;
  const id = each('gen_random_uuid()');
  const mutation = { mid: randomUUID(), kind: 'patients', id: randomUUID(), op: 'create', base: 0, patch: newPatient('B/1') };
  const log = [
    ...[facility, each('null::uuid'), each('null::bigint'), each(`'${rig.doctor}'::uuid`), each('null::bigint'), each('1')],
    ...[id, id, each('0'), each(text('patients')), id, each(`${json(mutation)}::text`), each(text('applied'))],
    each(`${json({ mid: randomUUID(), status: 'applied', version: 1 })}::text`),
  ];
  const audit = [
    ...[
      facility,
      id,
      each(`'${rig.doctor}'::uuid`),
      each(text('create')),
      each(text('patients')),
      each('gen_random_uuid()::text'),
    ],
    ...[each('null::text'), each(`${json(newPatient('B/1'))}::text`), each('null::text'), each('gen_random_uuid()::text')],
    ...[each(text('127.0.0.1')), each(text('bench')), each('now()')],
  ];
  const statements = [
    bind(kindOf('patients').sql.insert.text, [rows]),
    bind(LOG.text, log),
    ...(audited ? [bind(AUDIT.text, audit)] : []),
  ];
  return `begin;\n${statements.map((statement) => `${statement};\n`).join('')}commit;\n`;
}
