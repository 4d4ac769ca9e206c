import { type Actor, may, RECORDS, type RecordDef, ROLES, type Role, SYNCED } from '@psa/domain';
import { describe, expect, test } from 'vitest';
import { sectionsOf } from './form.ts';
import { isMine, offer } from './offer.ts';

const actor = (role: Role): Actor => ({ user_id: 'u', facility_id: 'f', role });
const def = (name: keyof typeof RECORDS) => RECORDS[name] as unknown as RecordDef;

describe('what a form offers', () => {
  test('every role that may create a record is offered all that it needs', () => {
    const wrong: string[] = [];
    // Versions of the reference are made on a page of their own, which fills in what they are versions of.
    for (const record of SYNCED.filter(({ name }) => !name.startsWith('reference_'))) {
      for (const role of ROLES.filter((r) => may(actor(r), 'create', record))) {
        const { fields } = offer(actor(role), record);
        const inForm = new Set(sectionsOf(record).flatMap((s) => s.fields));
        for (const [name, field] of Object.entries(record.fields)) {
          const needed = field.required && field.merge !== 'server' && record.merge !== 'server';
          if (needed && (!fields.includes(name) || !inForm.has(name)))
            wrong.push(`${role} cannot fill in ${record.name}.${name}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a house officer is told who approves a plan, and is not offered to begin it', () => {
    const plans = def('treatment_plans');
    const house = offer(actor('house_officer'), plans);
    expect(house.fields).not.toContain('approved');
    expect(house.held).toContainEqual({ field: 'approved', why: 'Set by: consultant.' });
    expect(house.def.fields.status?.choices).not.toContain('Active');
    expect(offer(actor('consultant'), plans).def.fields.status?.choices).toContain('Active');
  });

  test('what is final stands still, with the sentence of its rule', () => {
    const documents = def('clinical_documents');
    const final = offer(actor('consultant'), documents, { is_final: true });
    expect(final.fields).toEqual([]);
    expect(final.held.find((h) => h.field === 'content')?.why).toBe('This document is final; write an amendment.');
    expect(offer(actor('consultant'), documents, { is_final: false }).fields).toContain('content');
  });

  test('of a stay a nurse is offered the place only; of a state only the next steps', () => {
    expect(offer(actor('nursing'), def('patient_admissions'), { status: 'Active' }).fields).toEqual(['ward_id', 'bed_number']);
    const visit = offer(actor('nursing'), def('clinic_appointments'), { status: 'Seen' });
    expect(visit.def.fields.status?.choices).toEqual(['Arrived', 'Seen']);
  });

  test('a nurse is offered to book again what was postponed or confirmed, not what was cancelled', () => {
    const next = (role: Role, status: string) =>
      offer(actor(role), def('surgery_bookings'), { status }).def.fields.status?.choices?.includes('Scheduled');
    expect(['Postponed', 'Confirmed', 'Cancelled'].map((status) => next('nursing', status))).toEqual([true, true, false]);
    expect(next('house_officer', 'Cancelled')).toBe(true);
  });

  test('nobody is offered to verify a result of their own', () => {
    const result = { performed_by: 'u', is_verified: null, status: 'Completed' };
    const labs = def('lab_investigations');
    expect(offer(actor('lab'), labs, result).held).toContainEqual({
      field: 'is_verified',
      why: 'Set by somebody other than you.',
    });
    expect(offer(actor('lab'), labs, { ...result, performed_by: 'another' }).fields).toContain('is_verified');
  });

  test('of what belongs to one person, only their own is theirs to see', () => {
    const notices = def('notifications');
    expect(isMine(actor('nursing'), notices, { user_id: 'u' })).toBe(true);
    expect(isMine(actor('nursing'), notices, { user_id: 'another', created_by: 'u' })).toBe(false);
    const sitting = def('user_assessments');
    expect(isMine(actor('nursing'), sitting, { user_id: null, created_by: 'u' })).toBe(true);
    expect(isMine(actor('nursing'), sitting, { user_id: null, created_by: 'another' })).toBe(false);
    expect(isMine(actor('nursing'), def('vital_signs'), { created_by: 'another' })).toBe(true);
  });

  test('nobody is offered what was fixed at creation', () => {
    for (const record of SYNCED) {
      for (const role of ROLES) expect(offer(actor(role), record, {}).fields).not.toContain('patient_id');
    }
  });
});
