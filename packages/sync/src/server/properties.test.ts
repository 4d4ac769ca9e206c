import { type AnyRow, mergeGroupOf, mergeRuleOf, type Patch, RECORDS, recordOf, SYSTEM_FIELDS } from '@psa/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Hospital } from './testing.ts';

/** Random edits of one patient by three tablets that have read any earlier version. */
const FIELDS = ['phone', 'city', 'first_name', 'last_name', 'blood_group', 'genotype', 'emergency_contact_phone'] as const;
const VALUES: Readonly<Record<string, readonly (string | null)[]>> = {
  blood_group: ['A+', 'O-', null],
  genotype: ['AA', 'SS', null],
  first_name: ['Ada', 'Obi'],
  last_name: ['Eze', 'Ike'],
};
const patch: fc.Arbitrary<Patch> = fc
  .subarray([...FIELDS], { minLength: 1, maxLength: 3 })
  .chain((fields) =>
    fc.record(Object.fromEntries(fields.map((f) => [f, fc.constantFrom(...(VALUES[f] ?? ['1', '2', null]))]))),
  );
const step = fc.record({
  tablet: fc.nat(2),
  behind: fc.nat(3),
  op: fc.constantFrom('edit', 'edit', 'edit', 'edit', 'retract', 'restore', 'create'),
  patch,
});
const DEF = recordOf(RECORDS.patients.name);
if (!DEF) throw new Error('no patients');
const OPTIONS = { numRuns: 100 };

interface Told {
  before: AnyRow;
  after: AnyRow;
  device: string;
  base: number;
  patch: Patch;
  status: string;
  op: string;
}

/** Plays the steps. @returns the versions of the row in order, and what each step did. */
async function play(steps: (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): Promise<{ h: Hospital; told: Told[] }> {
  const h = await Hospital.open('consultant');
  const tablets = [h.tablet(), h.tablet(), h.tablet()];
  const owner = tablets[0];
  if (!owner) throw new Error('no tablet');
  const whois = h.whois();
  const id = h.newId();
  await h.one(owner, { kind: 'patients', id, op: 'create', patch: whois });
  const told: Told[] = [];
  for (const s of steps) {
    const t = tablets[s.tablet] ?? owner;
    const before = h.row('patients', id);
    if (!before) throw new Error('the row is gone');
    const base = s.op === 'create' ? 0 : Math.max(1, before.row_version - s.behind);
    const wanted = s.op === 'edit' ? s.patch : s.op === 'create' ? { ...whois, ...s.patch } : {};
    const result = await h.one(t, { kind: 'patients', id, op: s.op as 'edit', base, patch: wanted });
    const after = h.row('patients', id);
    if (!after) throw new Error('the row is gone');
    told.push({ before, after, device: t.device, base, patch: wanted, status: result.status, op: s.op });
  }
  return { h, told };
}

const steps = fc.array(step, { minLength: 1, maxLength: 14 });

test('[S23] no value that its author had not seen is ever overwritten, and a conflict changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { told } = await play(list);
      /** field → who wrote it last, at which version. */
      const written = new Map<string, { version: number; device: string }>();
      for (const t of told) {
        const changed = Object.keys(t.after).filter((f) => JSON.stringify(t.after[f]) !== JSON.stringify(t.before[f]));
        const own = changed.filter((f) => f === 'deleted' || !(SYSTEM_FIELDS as readonly string[]).includes(f));
        if (t.status !== 'applied' && t.status !== 'merged') expect(changed).toEqual([]);
        for (const field of own) {
          const group = field === 'deleted' ? [...written.keys()] : DEF ? mergeGroupOf(DEF, field) : [];
          for (const other of t.op === 'restore' ? ['deleted'] : group) {
            const last = written.get(other);
            if (last && last.device !== t.device)
              expect(last.version, `${other} was overwritten unseen`).toBeLessThanOrEqual(t.base);
          }
        }
        for (const field of own) written.set(field, { version: t.after.row_version, device: t.device });
      }
    }),
    OPTIONS,
  );
});

test('D7: only what a patch carries changes, and a retracted row only by restoring it', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { told } = await play(list);
      for (const t of told) {
        for (const field of Object.keys(t.before)) {
          if (JSON.stringify(t.before[field]) === JSON.stringify(t.after[field])) continue;
          const allowed = [...Object.keys(t.patch), 'updated_at', 'updated_by', 'row_version', 'deleted'];
          expect(allowed).toContain(field);
        }
        if (t.before.deleted && t.op !== 'restore') expect(t.after).toEqual(t.before);
        if (t.before.deleted && !t.after.deleted) expect(t.op).toBe('restore');
      }
    }),
    OPTIONS,
  );
});

test('[S31] a version for each change, and none without', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { h, told } = await play(list);
      for (const t of told) {
        const { updated_at: _a, updated_by: _b, row_version: before, ...was } = t.before;
        const { updated_at: _c, updated_by: _d, row_version: after, ...is } = t.after;
        expect(after - before).toBe(JSON.stringify(was) === JSON.stringify(is) ? 0 : 1);
      }
      const last = told.at(-1)?.after;
      const audited = h.store.auditLog().filter((a) => a.record_id === last?.id && a.action !== 'refuse');
      expect(audited).toHaveLength(last?.row_version ?? 0);
    }),
    OPTIONS,
  );
});

test('[S26] every wish that was parked is in a conflict, with what was there', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { h, told } = await play(list);
      const parked = told.filter((t) => t.status === 'conflict');
      const conflicts = h.conflicts();
      expect(conflicts.length === 0).toBe(parked.length === 0);
      for (const t of parked) {
        const own = conflicts.filter((c) => c.device_id === t.device);
        expect(own).toHaveLength(1);
        const waiting = JSON.stringify([own[0]?.mine, own[0]?.group_rest]);
        for (const [field, value] of Object.entries(t.patch)) {
          // A later wish of the same device for the same field takes the place of the earlier one.
          const later = parked.filter((p) => p.device === t.device && told.indexOf(p) > told.indexOf(t) && field in p.patch);
          if (JSON.stringify(t.before[field]) === JSON.stringify(value) || later.length > 0) continue;
          expect(waiting).toContain(JSON.stringify({ [field]: value }).slice(1, -1));
        }
      }
    }),
    OPTIONS,
  );
});

test('[S21] sent twice is as sent once', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { h } = await play(list);
      const rows = JSON.stringify(h.store.rows(h.facility));
      for (const entry of h.store.mutationLog()) {
        const group = {
          group: entry.group,
          device: entry.device ?? '',
          author: entry.author,
          epoch: h.store.life.epoch,
          mutations: [entry.mutation],
        };
        const actor = { user_id: entry.author, facility_id: h.facility, role: 'consultant' as const };
        const { results } = await h.push(group, h.context({ device: group.device, actor }));
        expect(results).toEqual([entry.result]);
      }
      expect(JSON.stringify(h.store.rows(h.facility))).toBe(rows);
    }),
    { numRuns: 50 },
  );
});

test('the fields of these properties have the rules they are tested for', () => {
  const rules = FIELDS.map((f) => (DEF ? mergeRuleOf(DEF, f) : ''));
  expect(new Set(rules.map((r) => r.split(':')[0]))).toEqual(new Set(['field', 'group', 'hold']));
});
