import type { AnyRow, Patch } from '@psa/domain';
import { type Choice, repair, settlement, type Wish, withdrawal } from '../device/groups.ts';
import { keyOf } from '../server/store.ts';
import type { SimDevice } from './device.ts';
import type { Random } from './random.ts';

const KINDS = ['patients', 'patient_allergies', 'patient_admissions', 'wards', 'sync_conflicts'];

/** What one person does next on one device: looks at the screen, wishes something, saves. Nothing when there is nothing to do. */
export async function actOnce(device: SimDevice, tab: number, shared: readonly string[]): Promise<void> {
  const { random } = device;
  const shown = await device.look(tab, KINDS);
  const s: Scene = { device, tab, random, shared, of: (kind) => shown.get(kind) ?? [] };
  const total = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);
  let at = random.below(total);
  for (const [weight, act] of ACTIONS) {
    if (at < weight) return await act(s);
    at -= weight;
  }
}

interface Scene {
  device: SimDevice;
  tab: number;
  random: Random;
  /** Ids that several devices use for the same paper form. */
  shared: readonly string[];
  of(kind: string): readonly AnyRow[];
}
type Act = (s: Scene) => Promise<void>;

/** A value that nobody wrote before. */
const fresh = (s: Scene, what: string) => `${what} ${s.device.id.slice(-4)}.${s.device.counter++}`;
const digits = (s: Scene) => `0${s.random.between(700000000, 999999999)}`;

function newPatient(s: Scene, id = s.device.newId()): Wish {
  const patch: Patch = {
    hospital_number: s.random.happens(8) ? `H-${s.random.below(4)}` : fresh(s, 'H'),
    first_name: fresh(s, 'First'),
    last_name: fresh(s, 'Last'),
    gender: s.random.pick(['Male', 'Female']) ?? 'Female',
    date_of_birth_precision: 'Unknown',
    phone: digits(s),
  };
  return { kind: 'patients', id, op: 'create', base: 0, patch };
}

function newAllergy(s: Scene, patient: string): Wish {
  const none = s.random.happens(10);
  const patch: Patch = {
    patient_id: patient,
    assertion: none ? 'No known allergies' : 'Allergy',
    substance: none ? null : fresh(s, 'Substance'),
    status: 'Active',
  };
  return { kind: 'patient_allergies', id: s.device.newId(), op: 'create', base: 0, patch };
}

function newAdmission(s: Scene, patient: string): Wish {
  const ward = s.random.pick(s.of('wards'));
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
  return { kind: 'patient_admissions', id: s.device.newId(), op: 'create', base: 0, patch };
}

const edit = (kind: string, row: AnyRow, patch: Patch): Wish => ({
  kind,
  id: row.id,
  op: 'edit',
  base: row.row_version,
  patch,
});
/** Saves what the screen would offer this person; now and then also what it would not. */
async function save(s: Scene, wishes: readonly Wish[], spoilt: Parameters<SimDevice['save']>[2] = null): Promise<void> {
  if (s.device.mayAll(wishes) || s.random.happens(4)) await s.device.save(s.tab, wishes, spoilt);
}

/** A row of a kind; mostly one of a few that everybody works on. */
function busyRow(s: Scene, kind: string): AnyRow | undefined {
  const rows = s.of(kind);
  if (!s.random.happens(70)) return s.random.pick(rows);
  return s.random.pick(rows.slice(0, 3));
}

const register: Act = async (s) => {
  const patient = newPatient(s);
  const wishes = [patient];
  for (let i = s.random.below(3); i > 0; i--) wishes.push(newAllergy(s, patient.id));
  if (s.random.happens(30)) wishes.push(newAdmission(s, patient.id));
  await save(s, wishes);
};

/** Two devices that enter the same paper form, which has its id printed on it. */
const registerShared: Act = async (s) => {
  const id = s.random.pick(s.shared);
  if (id !== undefined && !s.of('patients').some((p) => p.id === id && p.row_version > 0)) await save(s, [newPatient(s, id)]);
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

const editPatient: Act = async (s) => {
  const row = busyRow(s, 'patients');
  if (row) await save(s, [edit('patients', row, patientPatch(s))]);
};

const editTwo: Act = async (s) => {
  const [a, b] = [busyRow(s, 'patients'), busyRow(s, 'patients')];
  if (!a || !b || a.id === b.id) return;
  const wishes = [edit('patients', a, patientPatch(s)), edit('patients', b, patientPatch(s))];
  if (s.random.happens(50)) wishes.push(newAllergy(s, a.id));
  await save(s, wishes);
};

const addAllergy: Act = async (s) => {
  const row = busyRow(s, 'patients');
  if (row) await save(s, [newAllergy(s, row.id)]);
};

const resolveAllergy: Act = async (s) => {
  const row = busyRow(s, 'patient_allergies');
  if (!row) return;
  const active = row.status !== 'Active';
  const patch: Patch = active ? { status: 'Active' } : { status: 'Resolved', status_reason: fresh(s, 'Because') };
  await save(s, [edit('patient_allergies', row, patch)]);
};

const admit: Act = async (s) => {
  const row = busyRow(s, 'patients');
  if (row) await save(s, [newAdmission(s, row.id)]);
};

const moveOrDischarge: Act = async (s) => {
  const row = busyRow(s, 'patient_admissions');
  if (!row) return;
  const ward = s.random.pick(s.of('wards'));
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

const retract: Act = async (s) => {
  const kind = s.random.pick(['patients', 'patient_allergies', 'patient_admissions']) ?? 'patients';
  const row = busyRow(s, kind);
  if (row) await save(s, [{ kind, id: row.id, op: 'retract', base: row.row_version, patch: {}, reason: 'Entered twice.' }]);
};

const restore: Act = async (s) => {
  const present = new Set(KINDS.flatMap((kind) => s.of(kind).map((row) => keyOf(kind, row.id))));
  const away = [...s.device.lastSeen].filter(
    ([key, version]) => version > 0 && !present.has(key) && key.startsWith('patients/'),
  );
  const [key, version] = s.random.pick(away) ?? [];
  if (key === undefined || version === undefined) return;
  await save(s, [{ kind: 'patients', id: key.slice('patients/'.length), op: 'restore', base: version, patch: {} }]);
};

const settleConflict: Act = async (s) => {
  const conflict = s.random.pick(s.of('sync_conflicts').filter((c) => c.status === 'Open'));
  if (!conflict) return;
  const kind = String(conflict.kind);
  const row = s.of(kind).find((r) => r.id === conflict.record_id);
  const version = row?.row_version ?? s.device.lastSeen.get(keyOf(kind, String(conflict.record_id))) ?? 0;
  const take = s.random.pick(['mine', 'theirs', 'other'] as const) ?? 'mine';
  const values: Patch = kind === 'patients' ? { city: fresh(s, 'City') } : {};
  const choice: Choice = take === 'other' ? { take, values } : { take };
  await save(s, settlement(conflict, choice, { row_version: version, deleted: row === undefined }));
};

const mend: Act = async (s) => {
  const attention = await s.device.tab(s.tab).store.attention();
  const entry = s.random.pick(attention.filter((e) => e.group.mutations.length > 0));
  if (!entry) return;
  const wishes = s.random.happens(30)
    ? withdrawal(entry, 'Not needed.')
    : repair(entry, mendedValues(s, entry.group.mutations));
  try {
    await s.device.save(s.tab, wishes, null, entry.group.group);
  } catch (error) {
    // The other tab was faster.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'NOT_FOUND') throw error;
  }
};

function mendedValues(
  s: Scene,
  mutations: readonly { mid: string; kind: string; op: string; patch: Patch }[],
): Record<string, Patch> {
  return Object.fromEntries(
    mutations.map((m) => {
      if (m.kind === 'patients' && m.op === 'create')
        return [m.mid, { hospital_number: fresh(s, 'H'), date_of_birth_precision: 'Unknown', phone: digits(s) }];
      if (m.kind === 'patient_admissions' && m.op === 'create') return [m.mid, { bed_number: null }];
      return [m.mid, 'phone' in m.patch ? { phone: digits(s) } : {}];
    }),
  );
}

const spoil: Act = async (s) => {
  const patient = newPatient(s);
  const what = s.random.below(5);
  if (what === 0)
    return await save(
      s,
      [{ ...patient, patch: { ...patient.patch, date_of_birth_precision: null } }, newAllergy(s, patient.id)],
      'values',
    );
  if (what === 1) return await save(s, [{ ...patient, patch: { ...patient.patch, phone: 'x'.repeat(40) } }], 'values');
  if (what === 2) return await save(s, [patient], 'signature');
  if (what === 3) return await save(s, [patient], 'text');
  const ward = s.random.pick(s.of('wards'));
  if (ward) await save(s, [edit('wards', ward, { name: fresh(s, 'Ward') })], 'rights');
};

const ACTIONS: readonly [weight: number, act: Act][] = [
  [7, register],
  [6, registerShared],
  [36, editPatient],
  [10, editTwo],
  [5, addAllergy],
  [7, resolveAllergy],
  [4, admit],
  [8, moveOrDischarge],
  [6, retract],
  [4, restore],
  [14, settleConflict],
  [8, mend],
  [5, spoil],
];
