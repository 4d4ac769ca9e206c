import { expect, test } from 'vitest';
import { decideGroup } from './decide.ts';
import { MemoryServerStore } from './memory.ts';
import type { Loaded } from './store.ts';
import { Hospital } from './testing.ts';

const ward = () => Hospital.open('consultant', 'nursing', 'lab');
const latex = (patient: string) => ({ patient_id: patient, assertion: 'Allergy', substance: 'Latex', status: 'Active' });

test('[S28] a refused mutation is kept in full, and the others of its group are refused with it', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t);
  const group = h.group(
    t,
    { kind: 'patients', id, patch: { phone: '1' } },
    { kind: 'patients', id, base: 2, patch: { gender: 'none' } },
    { kind: 'patients', id, base: 2, patch: { city: 'Awka' } },
  );
  const { results } = await h.push(group, h.context(t));
  expect(results.map((r) => [r.status, r.code])).toEqual([
    ['refused', 'GROUP_REFUSED'],
    ['refused', 'INVALID'],
    ['refused', 'GROUP_REFUSED'],
  ]);
  expect(h.row('patients', id)).toMatchObject({ phone: null, city: null, row_version: 1 });
  expect(h.store.quarantineLog().map((q) => [q.mid, q.state, q.payload])).toEqual(
    group.mutations.map((m) => [m.mid, 'open', m]),
  );
  expect(h.store.auditLog().filter((e) => e.action === 'refuse')).toHaveLength(3);
  expect((await h.push(group, h.context(t))).results).toEqual(results);
  expect(h.store.quarantineLog()).toHaveLength(3);
});

test('[S28] a refusal is told of every mutation that deserves one', async () => {
  const h = await ward();
  const t = h.tablet('nursing');
  const results = await h.send(
    t,
    { kind: 'patients', op: 'create', patch: { ...h.whois(), gender: 'x' } },
    { kind: 'patients' },
    { kind: 'patients', op: 'retract' },
  );
  expect(results.map((r) => r.code)).toEqual(['INVALID', 'NOT_FOUND', 'NOT_YOURS']);
});

test('[S28] what points to, or edits, a refused record is deferred with its group until that is mended', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = h.newId();
  const bad = await h.one(t, { kind: 'patients', id, op: 'create', patch: h.whois({ gender: 'x' }) });
  const edit = h.group(t, { kind: 'patients', id, patch: { phone: '1' } });
  const child = h.group(
    t,
    { kind: 'patients', op: 'create', patch: h.whois() },
    { kind: 'patient_allergies', op: 'create', patch: latex(id) },
  );
  for (const group of [edit, child, child]) {
    const { results } = await h.push(group, h.context(t));
    expect(results.map((r) => r.status)).toEqual(group.mutations.map(() => 'deferred'));
  }
  expect(h.rows('patients')).toEqual([]);
  const mended = { kind: 'patients', id, op: 'create' as const, patch: h.whois(), repairs: bad.mid };
  expect(await h.one(t, mended)).toMatchObject({ status: 'applied' });
  expect((await h.push(child, h.context(t))).results.map((r) => r.status)).toEqual(['applied', 'applied']);
  expect((await h.push(edit, h.context(t))).results.map((r) => r.status)).toEqual(['applied']);
  expect(h.quarantine().get(bad.mid)).toBe('repaired');
  expect([...h.quarantine().values()].filter((s) => s === 'judged')).toHaveLength(3);
  expect(h.store.mutationLog().some((m) => m.result.status === 'deferred')).toBe(false);
});

test('[S28] grandchildren of a refused record are deferred as well', async () => {
  const h = await ward();
  const t = h.tablet('consultant');
  const patient = h.newId();
  await h.one(t, { kind: 'patients', id: patient, op: 'create', patch: h.whois({ gender: 'x' }) });
  const allergy = h.newId();
  const child = await h.one(t, { kind: 'patient_allergies', id: allergy, op: 'create', patch: latex(patient) });
  const grandchild = await h.one(t, { kind: 'patient_allergies', id: allergy, patch: { severity: 'Mild' } });
  expect([child.status, grandchild.status]).toEqual(['deferred', 'deferred']);
});

test('[S6] what waits for a record that was given up is refused, not left waiting', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = h.newId();
  const bad = await h.one(t, { kind: 'patients', id, op: 'create', patch: h.whois({ gender: 'x' }) });
  const child = h.group(t, { kind: 'patient_allergies', op: 'create', patch: latex(id) });
  const edit = h.group(t, { kind: 'patients', id, patch: { phone: '1' } });
  for (const group of [child, edit]) expect((await h.push(group, h.context(t))).results[0]?.status).toBe('deferred');
  const given = await h.one(t, { kind: 'patients', id, op: 'withdraw', repairs: bad.mid, reason: 'twice' });
  expect(given.status).toBe('applied');
  expect(h.quarantine().get(bad.mid)).toBe('withdrawn');
  expect(h.store.auditLog().at(-1)).toMatchObject({ action: 'withdraw', new_values: { withdrawn: bad.mid, reason: 'twice' } });
  expect((await h.push(child, h.context(t))).results).toMatchObject([
    { status: 'refused', code: 'BROKEN_LINK', fields: { patient_id: expect.any(String) } },
  ]);
  expect((await h.push(edit, h.context(t))).results).toMatchObject([{ status: 'refused', code: 'NOT_FOUND' }]);
});

test('[S6] a refused write is given up by its author or by who may work on that kind, and by nobody else', async () => {
  const h = await ward();
  const [lab, nurse] = [h.tablet('lab'), h.tablet('nursing')];
  const refused = await h.one(lab, { kind: 'patients', op: 'create', patch: h.whois() });
  const own = await h.one(nurse, { kind: 'patients', op: 'create', patch: h.whois({ gender: 'x' }) });
  const giveUp = (mid: string) => ({ kind: 'patients', op: 'withdraw' as const, repairs: mid });
  expect(await h.one(lab, giveUp(own.mid))).toMatchObject({ code: 'NOT_YOURS' });
  expect(h.quarantine().get(own.mid)).toBe('open');
  expect(await h.one(lab, giveUp(refused.mid))).toMatchObject({ status: 'applied' });
  expect(await h.one(h.tablet(), giveUp(own.mid))).toMatchObject({ status: 'applied' });
  expect(await h.one(h.tablet(), giveUp(own.mid))).toMatchObject({ status: 'applied' });
});

test('[S6] a mend that is refused again takes the place of what it mends', async () => {
  const h = await ward();
  const t = h.tablet();
  const first = await h.one(t, { kind: 'patients', op: 'create', patch: h.whois({ gender: 'x' }) });
  const second = await h.one(t, { kind: 'patients', op: 'create', patch: h.whois({ gender: 'y' }), repairs: first.mid });
  expect(second.status).toBe('refused');
  expect([first, second].map((r) => h.quarantine().get(r.mid))).toEqual(['repaired', 'open']);
});

test('[S29] a group that makes the judge throw is kept, by a path without it, and answered for good', async () => {
  const h = await ward();
  const t = h.tablet();
  const group = h.group(t, { kind: 'patients', op: 'create', patch: h.whois() });
  const broken = h.context(t);
  // The judge asks for the time of every row it writes; a clock that throws while it does is a fault of the judge.
  let asked = 0;
  Object.defineProperty(broken, 'now', {
    get: () => {
      if (asked++ === 0) throw new Error('planted');
      return '2026-03-05T10:00:00.000Z';
    },
  });
  const outcome = await h.push(group, broken);
  expect(outcome.crash).toEqual(new Error('planted'));
  expect(outcome.results).toMatchObject([{ status: 'refused', code: 'CRASH' }]);
  expect(h.store.quarantineLog()).toMatchObject([{ code: 'CRASH', state: 'open', payload: group.mutations[0] }]);
  expect((await h.push(group, h.context(t))).results).toEqual(outcome.results);
});

test('[S29] a store that fails is no fault of the group: nothing is answered and nothing kept', async () => {
  const h = await ward();
  const t = h.tablet();
  h.store.beforeCommit = () => {
    throw new Error('the disk is gone');
  };
  await expect(h.push(h.group(t, { kind: 'patients', op: 'create', patch: h.whois() }), h.context(t))).rejects.toThrow('disk');
  expect([h.store.quarantineLog(), h.rows('patients')]).toEqual([[], []]);
});

test('[S29] what the database can never hold is kept as well, and what it may hold later is tried again', async () => {
  const h = await ward();
  const t = h.tablet();
  const failing = (code: string) => {
    h.store.beforeCommit = ({ effects }) => {
      if (effects.writes.length > 0) throw Object.assign(new Error('planted'), { code });
    };
  };
  const group = h.group(t, { kind: 'patients', op: 'create', patch: h.whois() });
  failing('08006');
  await expect(h.push(group, h.context(t))).rejects.toThrow('planted');
  failing('22P05');
  expect((await h.push(group, h.context(t))).results).toMatchObject([{ status: 'refused', code: 'CRASH' }]);
  expect(h.store.quarantineLog()).toMatchObject([{ code: 'CRASH', payload: group.mutations[0] }]);
});

test('[S30] what the database refuses is answered with the field and sentence of the rule, and kept', async () => {
  const h = await ward();
  const t = h.tablet();
  await h.patient(t, { hospital_number: 'SAME' });
  const results = await h.send(
    t,
    { kind: 'patients', op: 'create', patch: h.whois() },
    { kind: 'patients', op: 'create', patch: h.whois({ hospital_number: 'SAME' }) },
  );
  const say = 'Another patient has this hospital number.';
  expect(results).toMatchObject([{ code: 'TAKEN', say, fields: { hospital_number: say } }, { code: 'GROUP_REFUSED' }]);
  expect(h.rows('patients')).toHaveLength(1);
  expect([...h.quarantine().values()]).toEqual(['open', 'open']);
});

test('[S30] a link into nowhere is told of the mutation that has it', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t);
  const results = await h.send(
    t,
    { kind: 'patient_allergies', op: 'create', patch: latex(id) },
    { kind: 'patient_allergies', op: 'create', patch: latex(h.newId()) },
  );
  expect(results.map((r) => r.code)).toEqual(['GROUP_REFUSED', 'BROKEN_LINK']);
});

test('[S30] a parent that arrives while its absence is being noted is not missed', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = h.newId();
  const child = h.group(b, { kind: 'patient_allergies', op: 'create', patch: latex(id) });
  let arrived = false;
  h.store.beforeCommit = async ({ effects }) => {
    // Between the refusal by the database and its record the parent is registered.
    if (arrived || !effects.mutations.some((m) => m.result.code === 'BROKEN_LINK')) return;
    arrived = true;
    await h.one(a, { kind: 'patients', id, op: 'create', patch: h.whois() });
  };
  expect((await h.push(child, h.context(b))).results).toMatchObject([{ status: 'applied' }]);
  expect(arrived).toBe(true);
});

test('rules against other rows are asked of edits as well, and of rows made in the same group', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t);
  const none = { patient_id: id, assertion: 'No known allergies', status: 'Active' };
  const both = await h.send(
    t,
    { kind: 'patient_allergies', op: 'create', patch: latex(id) },
    { kind: 'patient_allergies', op: 'create', patch: none },
  );
  expect(both.map((r) => r.code)).toEqual(['GROUP_REFUSED', 'CONSTRAINT']);
  const nka = h.newId();
  await h.one(t, { kind: 'patient_allergies', id: nka, op: 'create', patch: none });
  await h.one(t, { kind: 'patient_allergies', id: nka, patch: { status: 'Refuted', status_reason: 'rash' } });
  await h.one(t, { kind: 'patient_allergies', op: 'create', patch: latex(id) });
  const back = await h.one(t, { kind: 'patient_allergies', id: nka, base: 2, patch: { status: 'Active' } });
  expect(back).toMatchObject({ code: 'CONSTRAINT', fields: { assertion: expect.stringContaining('active allergy') } });
});

test('who waits for the answer gets refusals back and leaves nothing in quarantine', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t);
  await h.one(t, { kind: 'patients', id, patch: { phone: '1' } });
  expect(await h.rest(t, { kind: 'patients', id, patch: { gender: 'x' } })).toMatchObject([{ code: 'INVALID' }]);
  const stale = h.context(t, { origin: 'rest', device: null, cseq: null });
  const { results } = await h.push(h.group(t, { kind: 'patients', id, base: 1, patch: { phone: '2' } }), stale);
  expect(results).toMatchObject([{ status: 'refused', code: 'CONFLICT', fields: { phone: expect.any(String) } }]);
  expect(await h.rest(t, { kind: 'patients', id, patch: { phone: '3' } })).toMatchObject([{ status: 'applied', version: 3 }]);
  expect(h.store.quarantineLog()).toEqual([]);
  expect(h.conflicts()).toEqual([]);
});

test('the judge is pure: the same arguments give the same decision', async () => {
  const h = await ward();
  const t = h.tablet();
  const store = new MemoryServerStore({ epoch: h.newId() });
  const group = h.group(t, { kind: 'patients', op: 'create', patch: h.whois() }, { kind: 'patients', op: 'create', patch: {} });
  const ctx = h.context(t, { newId: () => 'id' });
  const seen: { loaded?: Loaded } = {};
  const need = { mids: [], rows: [], among: [], quarantined: [] };
  await store.transact(h.facility, need, (loaded) => {
    seen.loaded = loaded;
    return decideGroup(loaded, group, ctx);
  });
  if (!seen.loaded) throw new Error('never asked');
  expect(decideGroup(seen.loaded, group, ctx)).toEqual(decideGroup(seen.loaded, group, ctx));
});
