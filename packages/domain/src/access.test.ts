import { describe, expect, test } from 'vitest';
import { type Action, DOCTORS, may, mayEditField, mayOn, ROLES, type Role, scopesOf } from './access.ts';
import type { RecordDef } from './record.ts';
import { RECORD_LIST, RECORDS } from './records/index.ts';

const actor = (role: Role) => ({ user_id: 'u', facility_id: 'f', role });
const admissions = RECORDS.patient_admissions as unknown as RecordDef;

describe('who may do what', () => {
  test('the whole matrix, as a page to read', () => {
    const letters: readonly [Action, string][] = [
      ['read', 'r'],
      ['create', 'c'],
      ['edit', 'e'],
      ['retract', 'x'],
    ];
    const matrix = RECORD_LIST.map((def) => {
      const cells = ROLES.map((role) => letters.map(([action, l]) => (may(actor(role), action, def) ? l : '-')).join(''));
      return `${def.name.padEnd(22)} ${cells.join(' ')}`;
    });
    expect([`${''.padEnd(22)} ${ROLES.map((r) => r.slice(0, 4)).join(' ')}`, ...matrix].join('\n')).toMatchInlineSnapshot(`
      "                       supe cons seni juni hous medi anae nurs lab phar
      facilities             r-e- r--- r--- r--- r--- r--- r--- r--- r--- r---
      users                  r-e- r--- r--- r--- r--- r--- r--- r--- r--- r---
      wards                  rce- r--- r--- r--- r--- r--- r--- r--- r--- r---
      surgical_consumables   rce- r--- r--- r--- r--- r--- r--- r--- r--- rce-
      patients               r--- rcex rcex rcex rcex rcex rcex rce- r--- r---
      patient_allergies      r--- rcex rcex rcex rcex rcex rcex rcex r--- rcex
      patient_admissions     ---- rcex rcex rce- rce- rce- rce- r--- ---- ----
      treatment_plans        ---- rcex rcex rce- rce- rce- rce- r--- ---- ----
      treatment_plan_steps   ---- rcex rcex rcex rcex rcex rcex r--- ---- ----
      surgery_bookings       ---- rcex rcex rce- rce- rce- rce- r--- ---- ----
      preoperative_assessments ---- rcex rcex rce- rce- rce- rcex r--- ---- ----
      consents               ---- rc-x rc-x rc-- rc-- rc-- rc-- r--- ---- ----
      surgical_checklists    ---- rcex rcex rce- rce- rce- rce- rce- ---- ----
      operation_notes        ---- rcex rcex rce- rce- rce- rce- r--- ---- ----
      mdt_meetings           ---- rcex rcex rce- rce- rce- rce- r--- ---- ----
      mdt_attendances        ---- rcex rcex rcex rcex rcex rcex r--- ---- ----
      mdt_cases              ---- rcex rcex rcex rcex rcex rcex r--- ---- ----
      notifications          r--- r--- r--- r--- r--- r--- r--- r--- r--- r---
      ward_rounds            ---- rc-x rc-x rc-x rc-x rc-x rc-x r--- ---- ----
      nursing_notes          ---- r--- r--- r--- r--- r--- r--- rc-x ---- ----
      vital_signs            ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- ----
      body_measurements      ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- r---
      fluid_balance          ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- ----
      wound_care_records     ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- ----
      burn_assessments       ---- rcex rcex rcex rcex rcex rcex rcex ---- ----
      flap_observations      ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- ----
      risk_assessments       ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- ----
      clinical_photos        ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- ----
      clinical_documents     ---- rcex rcex rcex rcex rcex rcex rce- ---- ----
      discharges             ---- rcex rcex rce- rce- rce- rce- r--- ---- ----
      clinic_appointments    ---- rcex rcex rcex rcex rcex rcex rce- ---- ----
      tasks                  ---- rcex rcex rcex rcex rcex rcex rcex ---- ----
      duty_roster            r--- rcex rcex r--- r--- r--- r--- r--- r--- r---
      stock_movements        r--- r--- r--- r--- r--- r--- r--- r--- ---- rc-x
      consumable_usage       r--- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- rc-x
      shopping_lists         ---- rcex rcex rcex rcex rcex rcex rcex ---- ----
      shopping_list_items    ---- rcex rcex rcex rcex rcex rcex rcex ---- ----
      lab_investigations     ---- rcex rcex rcex rcex rcex rcex r--- r--- ----
      prescriptions          ---- rcex rcex rcex rcex rcex rcex r--- ---- r---
      prescription_items     ---- rcex rcex rcex rcex rcex rcex r--- ---- r---
      medication_administrations ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- r---
      blood_transfusions     ---- rcex rcex rcex rcex rcex rcex rcex ---- ----
      blood_transfusion_observations ---- rc-x rc-x rc-x rc-x rc-x rc-x rc-x ---- ----
      cme_topics             r--- rcex rcex r--- r--- r--- r--- r--- r--- r---
      mcq_questions          r--- rcex rcex r--- r--- r--- r--- r--- r--- r---
      mcq_keys               ---- rcex rcex ---- ---- ---- ---- ---- ---- ----
      user_assessments       rce- rce- rce- rce- rce- rce- rce- rce- rce- rce-
      cme_credits            r--- r--- r--- r--- r--- r--- r--- r--- r--- r---
      sync_conflicts         r--- r--- r--- r--- r--- r--- r--- r--- r--- r---
      devices                r-e- ---- ---- ---- ---- ---- ---- ---- ---- ----
      ai_settings            rce- ---- ---- ---- ---- ---- ---- ---- ---- ----
      record_views           rc-- -c-- -c-- -c-- -c-- -c-- -c-- -c-- -c-- -c--
      audit_logs             r--- ---- ---- ---- ---- ---- ---- ---- ---- ----"
    `);
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
