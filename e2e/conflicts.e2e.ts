import {
  edit,
  listed,
  needsAttention,
  nothingNeedsAttention,
  openPatient,
  register,
  remove,
  saved,
  sent,
  settle,
  shows,
  signIn,
} from './kit/app.ts';
import type { Hospital } from './kit/hospital.ts';
import type { Tablet } from './kit/tablet.ts';
import { expect, test } from './kit/test.ts';

/** Two tablets that hold the same patient, both signed in. */
async function twoTabletsWithAPatient(unpack: (name: string) => Promise<Tablet>): Promise<[Tablet, Tablet]> {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'registrar')]);
  await register(a, {
    Surname: 'Eze',
    'First name': 'Ngozi',
    'Hospital number': 'PS-2001',
    Phone: '08030000001',
    'Town or city': 'Enugu',
  });
  await sent(a);
  await listed(b, 'Eze');
  await Promise.all([openPatient(a, 'Eze'), openPatient(b, 'Eze')]);
  return [a, b];
}

/** The patient as the server has it. */
async function onServer(hospital: Hospital): Promise<Record<string, unknown>> {
  const ask = await hospital.as('doctor');
  const { patients } = await ask<{ patients: Record<string, unknown>[] }>('GET', '/api/sync/patients');
  expect(patients).toHaveLength(1);
  return patients[0] ?? {};
}

/** Both change the phone while apart; A's is sent first, so B's is parked. */
async function bothChangeThePhone(a: Tablet, b: Tablet): Promise<void> {
  await Promise.all([a.offline(), b.offline()]);
  await edit(a, { Phone: '08030000011' });
  await edit(b, { Phone: '08030000022' });
  await Promise.all([saved(a), saved(b)]);
  await a.offline(false);
  await sent(a);
  await b.offline(false);
  await needsAttention(b);
}

test('[S24] different fields changed apart are both kept', { tag: '@thorough' }, async ({ hospital, unpack }) => {
  const [a, b] = await twoTabletsWithAPatient(unpack);
  await Promise.all([a.offline(), b.offline()]);
  await edit(a, { Phone: '08030000002' });
  await edit(b, { 'Town or city': 'Nsukka' });
  await Promise.all([a.offline(false), b.offline(false)]);
  await Promise.all([sent(a), sent(b)]);

  for (const tablet of [a, b]) {
    await shows(tablet, '08030000002');
    await shows(tablet, 'Nsukka');
    await nothingNeedsAttention(tablet);
  }
  expect(await onServer(hospital)).toMatchObject({ phone: '08030000002', city: 'Nsukka' });
});

test('[S26] the same field changed apart: both values are shown, and mine is taken', async ({ hospital, unpack }) => {
  const [a, b] = await twoTabletsWithAPatient(unpack);
  await bothChangeThePhone(a, b);
  await settle(b, 'mine', { shown: ['08030000011', '08030000022'] });
  await sent(b);
  await nothingNeedsAttention(b);
  await openPatient(a, 'Eze');
  await shows(a, '08030000022');
  expect(await onServer(hospital)).toMatchObject({ phone: '08030000022' });
});

test('[S27] the same field changed apart: theirs is taken', { tag: '@thorough' }, async ({ hospital, unpack }) => {
  const [a, b] = await twoTabletsWithAPatient(unpack);
  await bothChangeThePhone(a, b);
  await settle(b, 'theirs', { shown: ['08030000011', '08030000022'] });
  await sent(b);
  await nothingNeedsAttention(b);
  await openPatient(b, 'Eze');
  await shows(b, '08030000011');
  expect(await onServer(hospital)).toMatchObject({ phone: '08030000011' });
});

test('[S27] the same field changed apart: the other tablet settles with another value', { tag: '@thorough' }, async ({
  hospital,
  unpack,
}) => {
  const [a, b] = await twoTabletsWithAPatient(unpack);
  await bothChangeThePhone(a, b);
  await needsAttention(a);
  await settle(a, 'other', { shown: ['08030000011', '08030000022'], values: { Phone: '08030000033' } });
  await sent(a);
  await nothingNeedsAttention(a);
  await nothingNeedsAttention(b);
  expect(await onServer(hospital)).toMatchObject({ phone: '08030000033' });
});

test('[S25] a removal meets an unseen edit: nothing vanishes until a person says so', async ({ hospital, unpack }) => {
  const [a, b] = await twoTabletsWithAPatient(unpack);
  await Promise.all([a.offline(), b.offline()]);
  await edit(a, { Phone: '08030000044' });
  await remove(b, 'Entered twice');
  await a.offline(false);
  await sent(a);
  await b.offline(false);
  await needsAttention(b);
  expect(await onServer(hospital)).toMatchObject({ phone: '08030000044', deleted: false });

  await settle(b, 'theirs');
  await sent(b);
  await nothingNeedsAttention(b);
  await listed(b, 'Eze');
});
