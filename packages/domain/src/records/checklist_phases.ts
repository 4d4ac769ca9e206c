import type { Json } from '../fields.ts';
import type { CheckRule } from '../record.ts';

/**
 * The phases of the WHO Surgical Safety Checklist (2009), their items, and what a signature asks for: every item answered; every item
 * met, or the reason to go on written down; the phase before it signed.
 */

export const EXCEPTIONS = {
  sign_in: 'Sign In: why the team goes on although an item is not met',
  time_out: 'Time Out: why the team goes on although an item is not met',
  sign_out: 'Sign Out: why the team goes on although an item is not met',
} as const;

const signatureOf = <P extends keyof typeof EXCEPTIONS>(phase: P) =>
  [`${phase}_exception`, `${phase}_completed`, `${phase}_completed_by`, `${phase}_completed_at`] as const;

export const SIGN_IN = {
  items: [
    'patient_identity_confirmed',
    'consent_confirmed',
    'site_marked',
    'anaesthesia_check',
    'pulse_oximeter',
    'equipment_issues_check',
    'allergies_checked',
    'known_allergy',
    'difficult_airway',
    'blood_loss_risk',
  ],
  signature: signatureOf('sign_in'),
} as const;

export const TIME_OUT = {
  items: [
    'team_introductions',
    'procedure_confirmed',
    'antibiotic_prophylaxis',
    'critical_steps_reviewed',
    'anticipated_events',
    'anaesthesia_concerns_reviewed',
    'sterility_confirmed',
    'imaging_displayed',
  ],
  signature: signatureOf('time_out'),
} as const;

/** With the Time Out: what was given, and since when. Closed with it, and not asked of who signs: not every operation needs one. */
export const ANTIBIOTIC = ['antibiotic_name', 'antibiotic_started_at'] as const;

export const SIGN_OUT = {
  items: [
    'procedure_recorded',
    'instrument_count_correct',
    'specimen_labeled',
    'equipment_problems',
    'recovery_concerns_reviewed',
  ],
  signature: signatureOf('sign_out'),
} as const;

/** Items that are met whatever the answer. */
const EITHER_WAY: readonly string[] = ['known_allergy'];
const PREPARED: readonly string[] = ['difficult_airway', 'blood_loss_risk'];
const APPLIES: readonly string[] = ['antibiotic_prophylaxis', 'imaging_displayed'];

type Row = Readonly<Record<string, Json>>;

/** Whether an answered item lets the team go on. */
function isMet(item: string, answer: Json | undefined): boolean {
  if (EITHER_WAY.includes(item)) return true;
  if (PREPARED.includes(item)) return answer !== 'Yes, not prepared';
  if (APPLIES.includes(item)) return answer !== 'No';
  return answer !== false;
}

function metSql(item: string): string {
  if (PREPARED.includes(item)) return `${item} is distinct from 'Yes, not prepared'`;
  if (APPLIES.includes(item)) return `${item} is distinct from 'No'`;
  return `${item} is not false`;
}

function phaseRules(phase: keyof typeof EXCEPTIONS, name: string, items: readonly string[]): CheckRule[] {
  const signed = (row: Row) => row[`${phase}_completed`] === true;
  const demanding = items.filter((item) => !EITHER_WAY.includes(item));
  return [
    {
      name: `surgical_checklists_${phase}_answered`,
      fields: [`${phase}_completed`],
      say: `Answer every item of the ${name} before signing it.`,
      sql: `${phase}_completed is not true or num_nulls(${items.join(', ')}) = 0`,
      test: (row) => !signed(row) || items.every((item) => (row[item] ?? null) !== null),
    },
    {
      name: `surgical_checklists_${phase}_met`,
      fields: [`${phase}_exception`],
      say: `An item of the ${name} is not met. Write down why the team goes on.`,
      sql: `${phase}_completed is not true or ${phase}_exception is not null or (${demanding.map(metSql).join(' and ')})`,
      test: (row) => !signed(row) || row[`${phase}_exception`] !== null || demanding.every((item) => isMet(item, row[item])),
    },
  ];
}

/** What each signature asks for. */
export const phaseChecks: readonly CheckRule[] = [
  ...phaseRules('sign_in', 'Sign In', SIGN_IN.items),
  ...phaseRules('time_out', 'Time Out', TIME_OUT.items),
  ...phaseRules('sign_out', 'Sign Out', SIGN_OUT.items),
  {
    name: 'surgical_checklists_time_out_after_sign_in',
    fields: ['time_out_completed'],
    say: 'Sign the Sign In before the Time Out.',
    sql: 'time_out_completed is not true or sign_in_completed is true',
    test: (row) => row.time_out_completed !== true || row.sign_in_completed === true,
  },
  {
    name: 'surgical_checklists_sign_out_after_time_out',
    fields: ['sign_out_completed'],
    say: 'Sign the Time Out before the Sign Out.',
    sql: 'sign_out_completed is not true or time_out_completed is true',
    test: (row) => row.sign_out_completed !== true || row.time_out_completed === true,
  },
  {
    // No reason replaces the search for what may have been left in the patient.
    name: 'surgical_checklists_wrong_count_searched',
    fields: ['counts_searched'],
    say: 'The counts are not correct: search, and image the patient, before signing.',
    sql: 'sign_out_completed is not true or instrument_count_correct is not false or counts_searched is true',
    test: (row) => row.sign_out_completed !== true || row.instrument_count_correct !== false || row.counts_searched === true,
  },
];
