import type { Patch } from '@psa/domain';
import { type Choice, repair, settlement, withdrawal } from '../device/groups.ts';
import { keyOf } from '../server/store.ts';
import { newAllergy, newPatient } from './actions-patients.ts';
import { type Act, digits, edit, fresh, type Scene, save } from './scene.ts';

/** Settles an open conflict: the parked values, the present ones, or others. */
export const settleConflict: Act = async (s) => {
  const conflict = s.random.pick((await s.rows('sync_conflicts')).filter((c) => c.status === 'Open'));
  if (!conflict) return;
  const kind = String(conflict.kind);
  const row = (await s.rows(kind)).find((r) => r.id === conflict.record_id);
  const version = row?.row_version ?? s.device.lastSeen.get(keyOf(kind, String(conflict.record_id))) ?? 0;
  const take = s.random.pick(['mine', 'theirs', 'other'] as const) ?? 'mine';
  const values: Patch = kind === 'patients' ? { occupation: fresh(s, 'Work') } : {};
  const choice: Choice = take === 'other' ? { take, values } : { take };
  await save(s, settlement(conflict, choice, { row_version: version, deleted: row === undefined }));
};

/** Mends what was refused, or gives it up. */
export const mend: Act = async (s) => {
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

/** Sends something that the server must refuse. */
export const spoil: Act = async (s) => {
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
  const ward = s.random.pick(await s.rows('wards'));
  if (ward) await save(s, [edit('wards', ward, { name: fresh(s, 'Ward') })], 'rights');
};
