import { describe, expect, test } from 'vitest';
import { DOCTORS, may, mayEditField, mayOn, ROLES, type Role, rolesOf, SCOPES, scopesOf, sharedScope } from './access.ts';
import type { RecordDef } from './record.ts';
import { RECORD_LIST, RECORDS } from './records/index.ts';

const actor = (role: Role) => ({ user_id: 'u', facility_id: 'f', role });
const admissions = RECORDS.patient_admissions as unknown as RecordDef;

describe('who may do what', () => {
  // The whole matrix is docs/access.md, held equal to the declarations by tools/access-page.test.ts.
  test('administrators write no clinical record, and read none that devices are sent', () => {
    const theirs = [
      'facilities',
      'users',
      'wards',
      'surgical_consumables',
      'user_assessments',
      'devices',
      'ai_settings',
      'record_views',
    ];
    for (const def of RECORD_LIST) {
      const writes = (['create', 'edit', 'retract'] as const).some((action) => may(actor('super_admin'), action, def));
      expect(writes, def.name).toBe(theirs.includes(def.name));
    }
  });

  test('house officers and medical officers neither approve nor sign for others', () => {
    const signatures: readonly [keyof typeof RECORDS, string][] = [
      ['treatment_plans', 'approved'],
      ['preoperative_assessments', 'fitness_decision'],
      ['surgical_checklists', 'time_out_completed'],
      ['surgical_checklists', 'sign_out_completed'],
      ['operation_notes', 'is_final'],
      ['clinical_documents', 'is_final'],
      ['discharges', 'is_final'],
      ['lab_investigations', 'is_verified'],
    ];
    for (const [kind, field] of signatures) {
      const def = RECORDS[kind] as unknown as RecordDef;
      for (const role of ['house_officer', 'medical_officer'] as const) {
        expect(mayEditField(actor(role), def, field), `${role} ${kind}.${field}`).toBe(false);
        expect(mayOn(actor(role), 'create', def, {}, { [field]: true }), `${role} creates ${kind}.${field}`).toBe(false);
      }
    }
  });

  test('an edit right on some fields names fields that exist and can change', () => {
    for (const def of RECORD_LIST)
      for (const fields of [...Object.values(def.access.edit_only ?? {}), def.access.self?.fields ?? []])
        for (const field of fields ?? []) {
          const rule = def.fields[field]?.merge ?? def.merge;
          expect(def.fields[field] !== undefined && rule !== 'append', `${def.name}.${field}`).toBe(true);
        }
  });

  test('a nurse moves a patient to another bed but changes nothing else of the admission', () => {
    expect(may(actor('nursing'), 'edit', admissions, ['ward_id', 'bed_number'])).toBe(true);
    expect(may(actor('nursing'), 'edit', admissions, ['bed_number', 'status'])).toBe(false);
    expect(may(actor('nursing'), 'edit', admissions)).toBe(false);
  });

  test('no role reads a record whose scope it is not sent', () => {
    for (const def of RECORD_LIST) {
      if (def.scope === 'none' || def.scope === 'row' || def.scope === 'person') continue;
      for (const role of ROLES)
        expect(may(actor(role), 'read', def), `${role} ${def.name}`).toBe(scopesOf(role).includes(def.scope));
    }
  });

  test('what tells of rows of several scopes goes to those only who are sent all of them', () => {
    for (const a of SCOPES)
      for (const b of SCOPES)
        for (const role of rolesOf(sharedScope([a, b]) as (typeof SCOPES)[number]))
          expect(scopesOf(role), `${role} is sent ${a} + ${b}`).toEqual(expect.arrayContaining([a, b]));
    expect(sharedScope(['identity', 'ref'])).toBe('identity');
    expect(sharedScope(['orders', 'medicines'])).toBe('clinical');
    expect(sharedScope(['clinical', 'user:u'])).toBe('user:u');
  });

  test('laboratory, pharmacy and administrators are sent no clinical narrative', () => {
    for (const role of ROLES) expect(scopesOf(role).includes('clinical')).toBe([...DOCTORS, 'nursing'].includes(role as never));
  });
});

describe('what may be done to one row', () => {
  const plans = {
    access: {
      read: ROLES,
      create: DOCTORS,
      edit: DOCTORS,
      retract: DOCTORS,
      guards: [
        { about: 'approve', fields: ['approved'], roles: ['consultant'] },
        { about: 'begin', fields: ['status'], values: ['Active'], roles: ['consultant'] },
      ],
    },
  } as const;
  const notices = {
    access: { read: ROLES, create: ROLES, edit: ROLES, retract: [], own: { field: 'user_id', actions: ['read', 'edit'] } },
  } as const;
  const people = {
    access: {
      read: ROLES,
      create: [],
      edit: ['super_admin'],
      retract: [],
      self: { field: 'id', fields: ['phone'] },
      guards: [{ about: 'raise', fields: ['role'], roles: ['super_admin'], not_self: 'id' }],
    },
  } as const;

  test('a house officer drafts a plan and cannot approve or begin it, nor take an approval away', () => {
    const house = actor('house_officer');
    expect(mayOn(house, 'create', plans, {}, { approved: false, status: 'Draft' })).toBe(true);
    expect(mayOn(house, 'create', plans, {}, { approved: true })).toBe(false);
    expect(mayOn(house, 'edit', plans, {}, { approved: false })).toBe(false);
    expect(mayOn(house, 'edit', plans, {}, { status: 'Cancelled' })).toBe(true);
    expect(mayOn(house, 'edit', plans, {}, { status: 'Active' })).toBe(false);
    expect(mayOn(actor('consultant'), 'edit', plans, {}, { approved: true, status: 'Active' })).toBe(true);
    expect(mayEditField(house, plans, 'approved')).toBe(false);
    expect(mayEditField(house, plans, 'status')).toBe(true);
  });

  test('what is one person’s is read and changed by that person only', () => {
    expect(mayOn(actor('lab'), 'read', notices, { user_id: 'u' })).toBe(true);
    expect(mayOn(actor('super_admin'), 'read', notices, { user_id: 'other' })).toBe(false);
    expect(mayOn(actor('super_admin'), 'edit', notices, { user_id: 'other' }, { read_at: null })).toBe(false);
    expect(mayOn(actor('super_admin'), 'create', notices, { user_id: 'other' })).toBe(true);
  });

  test('everybody changes their own phone number, nobody their own role', () => {
    expect(mayOn(actor('nursing'), 'edit', people, { id: 'u' }, { phone: '1' })).toBe(true);
    expect(mayOn(actor('nursing'), 'edit', people, { id: 'other' }, { phone: '1' })).toBe(false);
    expect(mayOn(actor('nursing'), 'edit', people, { id: 'u' }, { phone: '1', role: 'consultant' })).toBe(false);
    expect(mayOn(actor('super_admin'), 'edit', people, { id: 'other' }, { role: 'consultant' })).toBe(true);
    expect(mayOn(actor('super_admin'), 'edit', people, { id: 'u' }, { role: 'consultant' })).toBe(false);
  });
});
