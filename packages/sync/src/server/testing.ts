import { type Actor, type AnyRow, type Patch, type Role, uuidv7 } from '@psa/domain';
import type { Group, Mutation, MutationResult } from '../protocol.ts';
import type { DecideContext } from './context.ts';
import { type GroupOutcome, pushGroup } from './group.ts';
import { MemoryServerStore } from './memory.ts';

/** What a test says of a mutation; the rest is filled in. */
export type Wish = Partial<Mutation> & { kind: string };

/** A tablet with somebody at it. */
export interface Tablet {
  device: string;
  actor: Actor;
}

/** Who has no device: no copy, no bases of another life. */
const NOBODY = { device: null, cseq: null, baseIsCurrent: true, life: undefined } as const;

/** A small hospital over the memory store: people by role, tablets, and the one way in. For tests. */
export class Hospital {
  #made = 0;
  #cseq = 0;
  readonly facility: string;
  readonly store: MemoryServerStore;
  readonly #people = new Map<Role, string>();

  private constructor() {
    this.facility = this.newId();
    this.store = new MemoryServerStore({ epoch: this.newId() });
  }

  static async open(...roles: Role[]): Promise<Hospital> {
    const h = new Hospital();
    const admin = h.newId();
    h.#people.set('super_admin', admin);
    const root = { device: h.newId(), actor: { user_id: admin, facility_id: h.facility, role: 'super_admin' as const } };
    const facility = { name: 'Test hospital', short_name: 'TH', country: 'Nigeria', time_zone: 'Africa/Lagos' };
    await h.server(root, { kind: 'facilities', id: h.facility, op: 'create', patch: facility });
    for (const role of ['super_admin' as const, ...roles]) {
      const id = h.#people.get(role) ?? h.newId();
      h.#people.set(role, id);
      const patch = { email: `${role}@ward.test`, full_name: role, role, is_approved: true, is_active: true };
      await h.server(root, { kind: 'users', id, op: 'create', patch });
    }
    return h;
  }

  /** Ids that follow each other, so that every run is the same. */
  newId(): string {
    const n = ++this.#made;
    return uuidv7(1_772_000_000_000 + n, (count) => Uint8Array.from({ length: count }, (_, i) => (n * 31 + i * 7) & 0xff));
  }

  /** A tablet of its own for each call. */
  tablet(role: Role = 'consultant'): Tablet {
    const user_id = this.#people.get(role);
    if (user_id === undefined) throw new Error(`nobody here is ${role}`);
    return { device: this.newId(), actor: { user_id, facility_id: this.facility, role } };
  }

  mutation(wish: Wish): Mutation {
    return {
      mid: this.newId(),
      id: this.newId(),
      op: 'edit',
      base: wish.op === 'create' ? 0 : 1,
      patch: {},
      at: '2026-03-01T08:00:00.000Z',
      ...wish,
    };
  }

  /** A group of the present life, as a device makes it that has met the server in it. */
  group(t: Tablet, ...wishes: Wish[]): Group {
    const mutations = wishes.map((w) => this.mutation(w));
    return { group: this.newId(), device: t.device, author: t.actor.user_id, epoch: this.store.life.epoch, mutations };
  }

  context(t: Tablet, more: Partial<DecideContext> = {}): DecideContext {
    return {
      actor: t.actor,
      origin: 'device',
      device: t.device,
      cseq: ++this.#cseq,
      now: '2026-03-05T10:00:00.000Z',
      clock_offset_ms: 0,
      schema: 1,
      newId: () => this.newId(),
      address: null,
      user_agent: null,
      life: this.store.life,
      ...more,
    };
  }

  /** Sends a group from a tablet. */
  send(t: Tablet, ...wishes: Wish[]): Promise<MutationResult[]> {
    return this.push(this.group(t, ...wishes), this.context(t)).then((o) => o.results);
  }
  /** As `send`, of one mutation. */
  async one(t: Tablet, wish: Wish): Promise<MutationResult> {
    const [result] = await this.send(t, wish);
    if (!result) throw new Error('no answer');
    return result;
  }
  /** A write of the server itself. */
  server(t: Tablet, ...wishes: Wish[]): Promise<MutationResult[]> {
    const context = this.context(t, { ...NOBODY, origin: 'server' });
    return this.push(this.group(t, ...wishes), context).then((o) => o.results);
  }
  /** A write by a route, in somebody's name. */
  rest(t: Tablet, ...wishes: Wish[]): Promise<MutationResult[]> {
    const context = this.context(t, { ...NOBODY, origin: 'rest' });
    return this.push(this.group(t, ...wishes), context).then((o) => o.results);
  }
  push(group: Group, context: DecideContext): Promise<GroupOutcome> {
    return pushGroup(this.store, group, context);
  }

  /** A patient registered from this tablet. @returns the id */
  async patient(t: Tablet, patch: Patch = {}): Promise<string> {
    const id = this.newId();
    const result = await this.one(t, { kind: 'patients', id, op: 'create', patch: this.whois(patch) });
    if (result.status !== 'applied') throw new Error(`not registered: ${JSON.stringify(result)}`);
    return id;
  }
  /** The fields that a registration needs. */
  whois(patch: Patch = {}): Patch {
    return {
      hospital_number: `H${++this.#made}`,
      first_name: 'Test',
      last_name: 'Patient',
      gender: 'Female',
      date_of_birth_precision: 'Unknown',
      ...patch,
    };
  }

  row(kind: string, id: string): AnyRow | undefined {
    return this.store.rows(this.facility).find((r) => r.kind === kind && r.row.id === id)?.row;
  }
  rows(kind: string): AnyRow[] {
    return this.store.rows(this.facility).flatMap((r) => (r.kind === kind ? [r.row] : []));
  }
  /** Open conflicts, or all of them. */
  conflicts(status: 'Open' | 'Resolved' = 'Open'): AnyRow[] {
    return this.rows('sync_conflicts').filter((c) => c.status === status);
  }
  /** mid → state of what quarantine ever kept. */
  quarantine(): Map<string, string> {
    return new Map(this.store.quarantineLog().map((q) => [q.mid, q.state]));
  }
}
