import { copy, type TableMap } from '../map.ts';

const PHASES = [
  ['sign_in', 'Sign In'],
  ['time_out', 'Time Out'],
  ['sign_out', 'Sign Out'],
] as const;

/**
 * Items as they were ticked. The earlier list lacks items of the WHO list (airway, blood loss, pulse oximeter, antibiotic, imaging), so none
 * of its phases can be signed here: who completed it, and when, is written into the notes. An item that was not ticked was not answered.
 */
export const checklists: TableMap = {
  table: 'surgical_checklists',
  kind: 'surgical_checklists',
  patch(r) {
    const ticked = (item: string) => (r.flag(item) === true ? true : null);
    const items = [
      'patient_identity_confirmed',
      'site_marked',
      'consent_confirmed',
      'allergies_checked',
      'equipment_issues_check',
      'team_introductions',
      'procedure_confirmed',
      'critical_steps_reviewed',
      'anticipated_events',
      'procedure_recorded',
      'instrument_count_correct',
      'specimen_labeled',
      'equipment_problems',
    ];
    const completed = PHASES.flatMap(([phase, title]) => {
      const at = r.instant(`${phase}_completed_at`);
      const by = r.raw(`${phase}_completed_by`);
      if (r.flag(`${phase}_completed`) !== true) return [];
      r.note(`${phase}_completed`, true, null, 'Completed on a shorter list; it stands in the notes.');
      return [
        `${title} completed in the earlier app${at === null ? '' : `, ${at}`}${by === undefined ? '' : `, by ${String(by)}`}.`,
      ];
    });
    return {
      ...copy(r, 'surgical_checklists', ['surgery_booking_id']),
      ...Object.fromEntries(items.map((item) => [item, ticked(item)])),
      notes: [r.text('notes'), ...completed].filter((line) => line !== null).join('\n') || null,
    };
  },
};
