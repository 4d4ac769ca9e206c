import { expect, test } from 'vitest';
import { type Climbing, climbDue, type Duty, type Reachable } from './climb.ts';

const people: Reachable[] = [
  { id: 'nurse', role: 'nursing' },
  { id: 'senior', role: 'senior_registrar' },
  { id: 'other', role: 'senior_registrar' },
  { id: 'junior', role: 'junior_registrar' },
  { id: 'boss', role: 'consultant' },
  { id: 'chief', role: 'consultant' },
];
const duty = (user_id: string, what: string): Duty => ({
  user_id,
  duty: what,
  starts_at: '2026-03-01T08:00:00.000Z',
  ends_at: '2026-03-02T08:00:00.000Z',
});
const conflict = (climbed: number | null = null): Climbing => ({
  author_id: 'nurse',
  kind: 'patient_allergies',
  fields: ['substance'],
  created_at: '2026-03-01T22:00:00.000Z',
  climbed,
});
const at = (minutes: number) => new Date(Date.parse('2026-03-01T22:00:00.000Z') + minutes * 60_000).toISOString();
const due = (minutes: number, climbed: number | null, roster: Duty[] = []) =>
  climbDue(conflict(climbed), people, roster, at(minutes));

test('[S35] the author at once, registrars after 30 minutes, consultants after 60; nobody twice', () => {
  expect(due(0, null)).toMatchObject({ step: 0, people: ['nurse'] });
  expect(due(29.9, 0)).toBeNull();
  expect(due(30, 0)).toMatchObject({ step: 1, people: ['senior', 'other'] });
  expect(due(59, 1)).toBeNull();
  expect(due(60, 1)).toMatchObject({ step: 2, people: ['boss', 'chief'] });
  expect(due(6000, 2)).toBeNull();
});

test('[S35] whoever is on call is told instead of all', () => {
  const roster = [duty('junior', 'First on call'), duty('chief', 'Consultant on call'), duty('boss', 'Clinic')];
  expect(due(30, 0, roster)?.people).toEqual(['junior']);
  expect(due(60, 1, roster)?.people).toEqual(['chief']);
  // A duty that is over counts no more, and a nurse on call is no registrar.
  expect(due(30, 0, [{ ...duty('junior', 'First on call'), ends_at: at(10) }, duty('nurse', 'First on call')])?.people).toEqual(
    ['senior', 'other'],
  );
});

test('[S35] a server that was off tells everybody who should have been told, and one without an account is told nothing', () => {
  expect(due(75, null)).toMatchObject({ step: 2, people: ['nurse', 'senior', 'other', 'boss', 'chief'] });
  expect(climbDue({ ...conflict(), author_id: 'gone' }, people, [], at(0))).toMatchObject({ step: 0, people: [] });
});

test('[S35] what is told says of what, and since when it waits', () => {
  expect(due(0, null)?.say).toBe('Two versions of the allergy stand open: substance. Settle it before anybody relies on it.');
  expect(due(31, 0)?.say).toMatch(/^Not settled for 30 minutes\. Two versions/);
  const removed = climbDue({ ...conflict(), fields: ['deleted'] }, people, [], at(0));
  expect(removed?.say).toContain('whether it is removed');
});
