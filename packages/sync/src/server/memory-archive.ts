import { fileOf, patientOfScope, recordOf } from '@psa/domain';
import { type Change, type MemoryState, scopeOf } from './memory-state.ts';
import { keyOf, type RowWrite } from './store.ts';

/** The patients that these writes are about: whose rows they are, and of whose rows they are open conflicts. */
export function patientsTouched(s: MemoryState, writes: readonly RowWrite[]): Set<string> {
  const patients = new Set<string>();
  for (const { kind, after } of writes) {
    const [of, row] =
      kind === 'sync_conflicts' && after.status === 'Open'
        ? [String(after.kind), s.rows.get(keyOf(String(after.kind), String(after.record_id)))?.row]
        : [kind, after];
    const def = recordOf(of);
    const patient = def && row ? fileOf(def, row) : null;
    if (patient !== null) patients.add(patient);
  }
  return patients;
}

/** Moves every row of a patient to the archive or out of it, at this number: gone from the scope it left, there in the other. */
export function moveFile(s: MemoryState, facility: string, patient: string, seq: number, archive: boolean): void {
  const before = new Set(s.archived);
  if (archive) s.archived.add(patient);
  else s.archived.delete(patient);
  for (const [key, { row }] of s.rows) {
    const kind = key.slice(0, key.indexOf('/'));
    const def = recordOf(kind);
    if (row.deleted || !def || fileOf(def, row) !== patient) continue;
    const entry = { facility, key, kind, id: row.id, seq, version: row.row_version };
    const left = scopeOf(kind, row, before);
    const now = scopeOf(kind, row, s.archived);
    s.changes.set(`${key}/${left}`, { ...entry, scope: left, op: 'X' });
    s.changes.set(`${key}/${now}`, { ...entry, scope: now, op: 'U' });
  }
}

/** Patients of whom changes tell that their rows lie in the archive. */
export function archivedIn(changes: readonly Change[]): string[] {
  const patients = changes.flatMap(({ kind, id, scope, op }) => {
    if (op !== 'U') return [];
    return patientOfScope(scope) ?? (scope === 'known' && kind === 'patients' ? id : []);
  });
  return [...new Set(patients)].sort();
}
