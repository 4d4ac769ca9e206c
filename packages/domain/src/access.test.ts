import { describe, expect, test } from 'vitest';
import { type Action, DOCTORS, may, ROLES, type Role, scopesOf } from './access.ts';
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
      sync_conflicts         r--- r--- r--- r--- r--- r--- r--- r--- r--- r---
      devices                r-e- ---- ---- ---- ---- ---- ---- ---- ---- ----
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
      if (def.scope === 'none' || def.scope === 'row') continue;
      for (const role of ROLES)
        expect(may(actor(role), 'read', def), `${role} ${def.name}`).toBe(scopesOf(role).includes(def.scope));
    }
  });

  test('laboratory, pharmacy and administrators are sent no clinical narrative', () => {
    for (const role of ROLES) expect(scopesOf(role).includes('clinical')).toBe([...DOCTORS, 'nursing'].includes(role as never));
  });
});
