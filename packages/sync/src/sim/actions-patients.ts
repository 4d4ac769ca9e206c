import type { Patch } from '@psa/domain';
import type { Wish } from '../device/groups.ts';
import { keyOf } from '../server/store.ts';
import { allowedEdit } from './forms.ts';
import { type Act, busyRow, creation, digits, edit, fresh, type Scene, save } from './scene.ts';

export function newPatient(s: Scene, id = s.device.newId()): Wish {
  const patch: Patch = {
    hospital_number: s.random.happens(8) ? `H-${s.random.below(4)}` : fresh(s, 'H'),
    first_name: fresh(s, 'First'),
    last_name: fresh(s, 'Last'),
    gender: s.random.pick(['Male', 'Female']) ?? 'Female',
    date_of_birth_precision: 'Unknown',
    phone: digits(s),
  };
  return creation('patients', id, patch);
}

export function newAllergy(s: Scene, patient: string): Wish {
  const none = s.random.happens(10);
  const patch: Patch = {
    patient_id: patient,
    assertion: none ? 'No known allergies' : 'Allergy',
    substance: none ? null : fresh(s, 'Substance'),
    status: 'Active',
  };
  return creation('patient_allergies', s.device.newId(), patch);
}

async function newAdmission(s: Scene, patient: string): Promise<Wish> {
  const ward = s.random.pick(await s.rows('wards'));
  const bed = ward && s.random.happens(60) ? `B${s.random.below(3)}` : null;
  const patch: Patch = {
    patient_id: patient,
    admission_number: fresh(s, 'ADM'),
    admission_date: '2026-02-28T10:00:00.000Z',
    admission_type: 'Emergency',
    status: 'Active',
    ward_id: ward?.id ?? null,
    bed_number: bed,
  };
  return creation('patient_admissions', s.device.newId(), patch);
}

export const register: Act = async (s) => {
  const patient = newPatient(s);
  const wishes = [patient];
  for (let i = s.random.below(3); i > 0; i--) wishes.push(newAllergy(s, patient.id));
  if (s.random.happens(30)) wishes.push(await newAdmission(s, patient.id));
  await save(s, wishes);
};

/** Two devices that enter the same paper form, which has its id printed on it. */
export const registerShared: Act = async (s) => {
  const id = s.random.pick(s.shared);
  const patients = await s.rows('patients');
  if (id !== undefined && !patients.some((p) => p.id === id && p.row_version > 0)) await save(s, [newPatient(s, id)]);
};

function patientPatch(s: Scene): Patch {
  const patch: Patch = {};
  for (let i = s.random.between(1, 2); i > 0; i--) {
    const what = s.random.below(6);
    if (what === 0) patch.phone = digits(s);
    else if (what === 1) patch.city = fresh(s, 'City');
    else if (what === 2) patch.last_name = fresh(s, 'Last');
    else if (what === 3) patch.first_name = fresh(s, 'First');
    else if (what === 4) patch.blood_group = s.random.pick(['A+', 'B+', 'O-', 'AB+']) ?? 'A+';
    else patch.genotype = s.random.pick(['AA', 'AS', 'SS']) ?? 'AA';
  }
  return patch;
}

export const editPatient: Act = async (s) => {
  const row = await busyRow(s, 'patients');
  if (!row) return;
  // An app of before an upgrade has no form for the newer fields.
  const [first] = allowedEdit(s, 'patients', row, patientPatch(s));
  if (first) await save(s, [first]);
};

export const editTwo: Act = async (s) => {
  const [a, b] = [await busyRow(s, 'patients'), await busyRow(s, 'patients')];
  if (!a || !b || a.id === b.id) return;
  const wishes = [...allowedEdit(s, 'patients', a, patientPatch(s)), ...allowedEdit(s, 'patients', b, patientPatch(s))];
  if (s.random.happens(50)) wishes.push(newAllergy(s, a.id));
  await save(s, wishes);
};

export const addAllergy: Act = async (s) => {
  const row = await busyRow(s, 'patients');
  if (row) await save(s, [newAllergy(s, row.id)]);
};

export const resolveAllergy: Act = async (s) => {
  const row = await busyRow(s, 'patient_allergies');
  if (!row) return;
  const active = row.status !== 'Active';
  const patch: Patch = active ? { status: 'Active' } : { status: 'Resolved', status_reason: fresh(s, 'Because') };
  await save(s, [edit('patient_allergies', row, patch)]);
};

export const admit: Act = async (s) => {
  const row = await busyRow(s, 'patients');
  if (row) await save(s, [await newAdmission(s, row.id)]);
};

export const moveOrDischarge: Act = async (s) => {
  const row = await busyRow(s, 'patient_admissions');
  if (!row) return;
  const ward = s.random.pick(await s.rows('wards'));
  const choice = s.random.below(3);
  if (choice === 0 && ward) {
    await save(s, [edit('patient_admissions', row, { ward_id: ward.id, bed_number: `B${s.random.below(3)}` })]);
  } else if (choice === 1) {
    const patch =
      row.status === 'Active'
        ? { status: 'Discharged', discharge_date: '2026-03-02T10:00:00.000Z' }
        : { status: 'Active', discharge_date: null };
    await save(s, [edit('patient_admissions', row, patch)]);
  } else {
    await save(s, [edit('patient_admissions', row, { provisional_diagnosis: fresh(s, 'Diagnosis') })]);
  }
};

/** Brings back a patient whom somebody retracted. */
export const restore: Act = async (s) => {
  const present = new Set((await s.rows('patients')).map((row) => keyOf('patients', row.id)));
  const away = [...s.device.lastSeen].filter(
    ([key, version]) => version > 0 && !present.has(key) && key.startsWith('patients/'),
  );
  const [key, version] = s.random.pick(away) ?? [];
  if (key === undefined || version === undefined) return;
  await save(s, [{ kind: 'patients', id: key.slice('patients/'.length), op: 'restore', base: version, patch: {} }]);
};
