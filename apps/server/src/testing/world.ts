import { randomUUID } from 'node:crypto';
import {
  brokenChecks,
  type Chance,
  type Json,
  mergeRuleOf,
  type Patch,
  type RecordDef,
  randomFields,
  recordOf,
} from '@psa/domain';
import type { Wish } from '../db/write.ts';
import { somebody } from './hospital.ts';

/** Values that chance does not hit: they depend on other rows. */
const SPECIAL: Readonly<Record<string, Patch>> = {
  mcq_keys: { correct_options: [0] },
  cme_topics: { is_published: true, content: 'Text.' },
  user_assessments: { answers: {}, question_ids: null, status: 'In Progress', started_at: null, completed_at: null },
  duty_roster: { overlap_reason: 'Meant.' },
  stock_movements: { movement_type: 'Receipt', quantity: 5 },
  // What a conflict shows of its past is looked up by these.
  sync_conflicts: {
    record_id: '00000000-0000-4000-8000-000000000001',
    patient_id: null,
    base_version: 1,
    before: null,
    theirs_device: null,
  },
  notifications: { read_at: null, record_kind: null, record_id: null },
};
const TRIES_MAX = 200;

/** Fields that may be left out are left out where the rules of the row allow it. */
const isNeeded = (def: RecordDef, name: string): boolean => def.fields[name]?.required === true;

/**
 * Rows that belong together, one of each record, made for the occasion: whatever a row needs to point to is made before it, of the
 * same patient. Nothing of it is shared with another world, so that no rule between rows is in the way.
 */
export class World {
  /** What must be written, in order; whoever asked for it may take the last away and send it by another way. */
  readonly wishes: Wish[] = [];
  readonly #chance: Chance;
  readonly #links: Record<string, string[]>;

  /** @param fixed ids that links point to instead of rows made here, by record name: people, wards, items. */
  constructor(chance: Chance, fixed: Readonly<Record<string, string>>) {
    this.#chance = chance;
    this.#links = Object.fromEntries(Object.entries(fixed).map(([kind, id]) => [kind, [id]]));
  }

  /** The id of this world's row of a record, made when there is none yet. `values` count for a new row. */
  idOf(kind: string, values: Patch = {}): string {
    const known = this.#links[kind]?.[0];
    if (known !== undefined) return known;
    const def = recordOf(kind);
    if (!def) throw new Error(`There is no record called ${kind}.`);
    const patch = { ...this.body(def, true), ...values };
    const id: string = randomUUID();
    this.#links[kind] = [id];
    this.wishes.push({ kind, id, op: 'create', patch });
    return id;
  }

  #special(kind: string): Patch | undefined {
    if (kind === 'patients') return somebody();
    // A bed is given in a ward only.
    if (kind === 'patient_admissions') return { ward_id: this.#links.wards?.[0] ?? null, bed_number: null };
    return SPECIAL[kind];
  }

  /**
   * Values for a new row. @param all with the fields that only the server may set, where the row needs them.
   * @param values what it must hold; the rest is made to fit.
   */
  body(def: RecordDef, all = false, values: Patch = {}): Patch {
    for (const field of Object.values(def.fields)) {
      if (field.kind === 'link' && field.required && field.to !== undefined) this.idOf(field.to);
    }
    const special = { ...this.#special(def.name), ...values };
    const open = (name: string) =>
      (all || mergeRuleOf(def, name) !== 'server' || def.merge === 'server') && def.fields[name]?.stamp === undefined;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const row: Patch = { ...randomFields(def, this.#chance, this.#links), ...firstStates(def), ...special };
      const few = Object.fromEntries(
        Object.entries(row).filter(
          ([name, value]) => value !== null && open(name) && (isNeeded(def, name) || Object.hasOwn(special, name)),
        ),
      );
      if (holds(def, few)) return few;
      const most = Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null && open(name)));
      if (tries >= TRIES_MAX / 4 && holds(def, most)) return most;
    }
    throw new Error(`No valid ${def.name} was found in ${TRIES_MAX} tries.`);
  }
}

const holds = (def: RecordDef, patch: Patch): boolean =>
  brokenChecks(def, Object.fromEntries(Object.keys(def.fields).map((name): [string, Json] => [name, patch[name] ?? null])))
    .length === 0;

/** States begin with the first that is declared. */
const firstStates = (def: RecordDef): Patch =>
  Object.fromEntries(
    Object.entries(def.fields)
      .filter(([name, field]) => field.choices && mergeRuleOf(def, name) === 'state')
      .map(([name, field]) => [name, field.choices?.[0] ?? null]),
  );
