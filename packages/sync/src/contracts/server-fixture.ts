import { type AnyRow, type Patch, type RECORDS, recordOf } from '@psa/domain';
import type { MutationResult } from '../protocol.ts';
import {
  type Broken,
  type Effects,
  keyOf,
  type Loaded,
  type MutationEntry,
  type Need,
  NO_EFFECTS,
  type QuarantineEntry,
  type RowWrite,
  type ServerStore,
  type StoredRow,
} from '../server/store.ts';
import { must } from './must.ts';

/** A store with a facility id under which nothing is kept yet, not even the facility's own row. */
export interface ServerFixture {
  store: ServerStore;
  facility: string;
  newId(): string;
  /** Begins a new life with what is there now, as a restore does. @param restoredTo ISO 8601, in the past */
  restore(restoredTo: string): Promise<void>;
  /** Ends the store and removes what it left. */
  close(): Promise<void>;
}
export type OpenServer = () => Promise<ServerFixture>;

/** One case of the contract: a fresh fixture goes in, ContractBroken comes out when a promise is not kept. */
export interface ServerCase {
  name: string;
  run(open: OpenServer): Promise<void>;
}

const AT = '2026-03-01T08:00:00.000Z';
export const LATER = '2026-03-02T09:30:15.250Z';
export const NOTHING: Need = { mids: [], rows: [], among: [], quarantined: [] };

/** A facility with one person in it, and the plainest ways to write and look. */
export class Ward {
  readonly f: ServerFixture;
  readonly facility: string;
  readonly user: string;
  readonly device: string;

  private constructor(f: ServerFixture, facility: string) {
    this.f = f;
    this.facility = facility;
    this.user = f.newId();
    this.device = f.newId();
  }

  /** Writes the facility's own row and its first person, in one transaction. */
  static async open(f: ServerFixture, facility = f.facility): Promise<Ward> {
    const ward = new Ward(f, facility);
    await ward.write([
      ward.made(
        'facilities',
        { name: 'Test hospital', short_name: 'TH', country: 'Nigeria', time_zone: 'Africa/Lagos' },
        facility,
      ),
      ward.made(
        'users',
        { email: `a.${ward.user}@ward.test`, full_name: 'A Person', role: 'consultant', is_approved: true, is_active: true },
        ward.user,
      ),
    ]);
    return ward;
  }

  /** An insert of a row with every declared field. */
  made(kind: keyof typeof RECORDS, values: Patch, id = this.f.newId()): RowWrite {
    const fields = Object.keys(recordOf(kind)?.fields ?? {});
    const first = kind === 'facilities' || id === this.user;
    const row: AnyRow = {
      ...Object.fromEntries(fields.map((field) => [field, values[field] ?? null])),
      id,
      facility_id: this.facility,
      created_by: first ? null : this.user,
      updated_by: first ? null : this.user,
      created_at: AT,
      updated_at: AT,
      deleted: false,
      row_version: 1,
    };
    const field_ver = Object.fromEntries(Object.keys(values).map((field) => [field, [1, this.device] as const]));
    return { kind, before: null, after: row, field_ver };
  }

  ward(name: string, values: Patch = {}): RowWrite {
    return this.made('wards', { name, code: name, is_active: true, ...values });
  }
  patient(number: string, values: Patch = {}): RowWrite {
    return this.made('patients', {
      hospital_number: number,
      first_name: 'Test',
      last_name: 'Patient',
      gender: 'Female',
      date_of_birth_precision: 'Unknown',
      ...values,
    });
  }
  admission(patient: string, number: string, values: Patch = {}): RowWrite {
    return this.made('patient_admissions', {
      patient_id: patient,
      admission_number: number,
      admission_date: AT,
      admission_type: 'Elective',
      status: 'Active',
      ...values,
    });
  }
  allergy(patient: string, values: Patch = {}): RowWrite {
    return this.made('patient_allergies', {
      patient_id: patient,
      assertion: 'Allergy',
      substance: 'Penicillin',
      status: 'Active',
      ...values,
    });
  }
  conflict(kind: string, record: string, scope: 'ref' | 'identity' | 'clinical', values: Patch = {}): RowWrite {
    return this.made('sync_conflicts', {
      scope,
      kind,
      record_id: record,
      op: 'edit',
      fields: ['phone'],
      base_version: 1,
      theirs: { phone: '1' },
      mine: { phone: '2' },
      group_rest: [],
      severity: 'low',
      status: 'Open',
      mutation_id: this.f.newId(),
      device_id: this.device,
      author_id: this.user,
      written_at: AT,
      ...values,
    });
  }

  /** The next version of a row. */
  changed(kind: string, stored: StoredRow, values: Patch, device: string | null = this.device): RowWrite {
    const version = stored.row.row_version + 1;
    const after: AnyRow = { ...stored.row, ...values, updated_at: LATER, updated_by: this.user, row_version: version };
    const news = Object.fromEntries(Object.keys(values).map((field) => [field, [version, device] as const]));
    return { kind, before: stored.row, after, field_ver: { ...stored.field_ver, ...news } };
  }

  /** The line of an answered mutation. */
  entry(mid: string, kind: string, id: string, result: MutationResult): MutationEntry {
    return {
      mutation: { mid, kind, id, op: 'edit', base: 1, patch: {}, at: AT },
      result,
      group: this.f.newId(),
      ordinal: 0,
      device: this.device,
      cseq: 1,
      author: this.user,
      clock_offset_ms: -1500,
      schema: 1,
    };
  }

  held(mid: string, op: string, kind: string, id: string, state: QuarantineEntry['state']): QuarantineEntry {
    return {
      mid,
      group: this.f.newId(),
      device: this.device,
      author: this.user,
      code: 'INVALID',
      state,
      kind,
      record_id: id,
      detail: { fields: { phone: 'No.' } },
      payload: { mid, op, kind, id, patch: { phone: 'x' } },
    };
  }

  /** One transaction that writes this, whatever is there. */
  tell(effects: Partial<Effects>, need: Need = NOTHING): Promise<{ broken: Broken | null; effects: Effects }> {
    return this.f.store.transact(this.facility, need, () => ({ ...NO_EFFECTS, ...effects }));
  }

  /** As `tell`, and nothing may be broken. */
  async write(writes: RowWrite[], effects: Partial<Effects> = {}): Promise<void> {
    const rows = writes.map((w) => ({ kind: w.kind, id: w.after.id }));
    const { broken } = await this.tell({ ...effects, writes }, { ...NOTHING, rows });
    must(broken === null, 'the store refused rows that are in order', broken);
  }

  /** What a decision would see. */
  async look(need: Partial<Need>): Promise<Loaded> {
    const seen: { loaded?: Loaded } = {};
    await this.f.store.transact(this.facility, { ...NOTHING, ...need }, (loaded) => {
      seen.loaded = loaded;
      return NO_EFFECTS;
    });
    must(seen.loaded, 'decide was never asked');
    return seen.loaded;
  }

  async row(kind: string, id: string): Promise<StoredRow | undefined> {
    return (await this.look({ rows: [{ kind, id }] })).rows.get(keyOf(kind, id));
  }

  head(): Promise<number> {
    return this.f.store.head(this.facility);
  }
}

/** Wraps a case: a facility with a person in it goes in, and is closed whatever happens. */
export function serverCase(name: string, body: (w: Ward) => Promise<void>): ServerCase {
  return {
    name,
    async run(open) {
      const f = await open();
      try {
        await body(await Ward.open(f));
      } finally {
        await f.close();
      }
    },
  };
}
