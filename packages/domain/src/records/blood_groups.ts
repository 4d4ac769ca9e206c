import type { Json } from '../fields.ts';

export const BLOOD_GROUPS = ['A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-'] as const;

type Row = Readonly<Record<string, Json>>;

const abo = (group: string) => group.slice(0, -1);
/** Once it runs, a group that is not known is no longer one that is still to be found. */
const runsUnknown = (row: Row): boolean => row.patient_group === null && row.started_at !== null;
const groups = (row: Row): readonly [donor: string, patient: string] | undefined =>
  typeof row.donor_group === 'string' && typeof row.patient_group === 'string'
    ? [row.donor_group, row.patient_group]
    : undefined;

const RED = ['Packed red cells', 'Whole blood'];
const PLASMA = ['Fresh frozen plasma', 'Cryoprecipitate'];

/**
 * Whether red cells of the unit would meet antibodies of the ABO system in the patient: never allowed. To a patient whose group is not known
 * only O is given; before the start, unknown groups are not judged.
 */
export function redCellsFit(row: Row): boolean {
  if (!RED.includes(String(row.component))) return true;
  const both = groups(row);
  if (!both) return row.donor_group === null || !runsUnknown(row) || abo(String(row.donor_group)) === 'O';
  const [donor, patient] = [abo(both[0]), abo(both[1])];
  return donor === 'O' || patient === 'AB' || donor === patient;
}

/** Whether the unit is what one would choose: for a known group, Rh negative red cells for Rh negative patients, plasma without antibodies of the ABO system. */
export function unitIsUsual(row: Row): boolean {
  const both = groups(row);
  if (!both) return !runsUnknown(row);
  const [donor, patient] = both;
  if (RED.includes(String(row.component))) return donor.endsWith('-') || patient.endsWith('+');
  if (!PLASMA.includes(String(row.component))) return true;
  return abo(donor) === 'AB' || abo(patient) === 'O' || abo(donor) === abo(patient);
}

/** The same two rules for PostgreSQL. */
export const RED_CELLS_FIT =
  "component not in ('Packed red cells', 'Whole blood') or donor_group is null or (patient_group is null and started_at is null) " +
  "or rtrim(donor_group, '+-') = 'O' or (patient_group is not null " +
  "and (rtrim(patient_group, '+-') = 'AB' or rtrim(donor_group, '+-') = rtrim(patient_group, '+-')))";
export const UNIT_IS_USUAL =
  'case when donor_group is null or patient_group is null then patient_group is not null or started_at is null ' +
  "when component in ('Packed red cells', 'Whole blood') then right(donor_group, 1) = '-' or right(patient_group, 1) = '+' " +
  "when component in ('Fresh frozen plasma', 'Cryoprecipitate') then rtrim(donor_group, '+-') = 'AB' " +
  "or rtrim(patient_group, '+-') = 'O' or rtrim(donor_group, '+-') = rtrim(patient_group, '+-') else true end";
