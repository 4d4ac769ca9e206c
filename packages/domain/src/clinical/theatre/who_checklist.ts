import { defineCalculator } from '../calculator.ts';
import { readAnswers } from '../check.ts';
import { type AnswerItem, answers, choice, yesNo } from '../input.ts';

const YES_NO = { yes: 'Yes', no: 'No' };
const YES_NA_NO = { yes: 'Yes', na: 'Does not apply', no: 'No' };
const RISK = { no: 'No', yes_prepared: 'Yes, and prepared for', yes_not_prepared: 'Yes, not prepared for' };

type Phase = 'sign_in' | 'time_out' | 'sign_out';
type Item = AnswerItem & { values: Readonly<Record<string, string>>; passes: readonly string[] };

const item =
  (phase: Phase) =>
  (label: string, values: Readonly<Record<string, string>>, passes: readonly string[]): Item => ({
    label,
    values,
    passes,
    when: { field: 'phase', is: [phase] },
  });
const signIn = item('sign_in');
const timeOut = item('time_out');
const signOut = item('sign_out');
const YES = ['yes'];
const YES_OR_NA = ['yes', 'na'];
const NO_OR_PREPARED = ['no', 'yes_prepared'];

/** The items of the three phases in their order: the answers that may be given and those that let the team go on. */
export const WHO_ITEMS: Readonly<Record<string, Item>> = {
  patient_confirmed: signIn('Patient (or guardian) has confirmed identity, site, procedure and consent', YES_NO, YES),
  site_marked: signIn('Site is marked', YES_NA_NO, YES_OR_NA),
  anaesthesia_check: signIn('Anaesthetic machine and medicines are checked', YES_NO, YES),
  pulse_oximeter: signIn('Pulse oximeter is on the patient and works', YES_NO, YES),
  known_allergy: signIn('Patient has a known allergy', YES_NO, ['yes', 'no']),
  difficult_airway: signIn('Airway may be difficult, or stomach contents may be breathed in', RISK, NO_OR_PREPARED),
  blood_loss_risk: signIn('More than 500 mL of blood may be lost (child: 7 mL/kg)', RISK, NO_OR_PREPARED),
  team_introduced: timeOut('Everyone has said their name and role', YES_NO, YES),
  patient_procedure_site: timeOut('Patient, procedure and place of incision are confirmed', YES_NO, YES),
  antibiotic_prophylaxis: timeOut('Antibiotic was given within the last 60 minutes', YES_NA_NO, YES_OR_NA),
  surgeon_events: timeOut('Surgeon has told the critical steps, duration and expected blood loss', YES_NO, YES),
  anaesthetist_events: timeOut('Anaesthetist has told the concerns about this patient', YES_NO, YES),
  nursing_events: timeOut('Nurses have confirmed sterility and told problems of equipment', YES_NO, YES),
  imaging_displayed: timeOut('Images that are needed are displayed', YES_NA_NO, YES_OR_NA),
  procedure_recorded: signOut('Name of the procedure is recorded and was said aloud', YES_NO, YES),
  counts_correct: signOut('Counts of instruments, swabs and needles are correct', YES_NA_NO, YES_OR_NA),
  specimens_labelled: signOut('Specimen labels were read aloud with the name of the patient', YES_NA_NO, YES_OR_NA),
  equipment_problems_addressed: signOut('Problems of equipment are being dealt with', YES_NA_NO, YES_OR_NA),
  recovery_plan: signOut('Concerns for recovery are told', YES_NO, YES),
};

const itemsOf = (phase: Phase): Readonly<Record<string, Item>> =>
  Object.fromEntries(Object.entries(WHO_ITEMS).filter(([, one]) => one.when?.is.includes(phase)));

/** Whether a phase of the checklist may be passed, and what holds it back. Source: WHO Surgical Safety Checklist, 2009. */
export const whoChecklist = defineCalculator({
  id: 'who_checklist',
  title: 'WHO Surgical Safety Checklist',
  about: 'Whether this phase of the checklist is complete, and which items hold it back.',
  version: '1.0',
  system: 'Theatre',
  words: ['surgical safety', 'sign in', 'time out', 'sign out', 'swab count', 'wrong site'],
  sources: [{ cite: 'WHO Guidelines for Safe Surgery and Surgical Safety Checklist', year: 2009 }],
  licence: 'WHO allows use and local change with its source named. The wording here is our own.',
  sign: ['consultant', 'anaesthetist'],
  inputs: {
    phase: choice('Phase', {
      sign_in: 'Sign In, before induction of anaesthesia',
      time_out: 'Time Out, before skin incision',
      sign_out: 'Sign Out, before the patient leaves theatre',
    }),
    previousPhaseComplete: yesNo('The phase before is complete', { help: 'Not looked at for Sign In, which is the first.' }),
    answers: answers('Items', { help: 'Read aloud; nothing is ticked from memory.', items: WHO_ITEMS }),
  },
  outputs: {
    complete: {
      label: 'Phase complete',
      type: 'boolean',
      bands: {
        true: { label: 'Complete', range: 'every item answered and met', means: 'The team may go on.', level: 0 },
        false: {
          label: 'Stop',
          range: 'an item is missing or not met, or the phase before is open',
          means: 'Do not go on until it is settled, or overruled with a reason by lead surgeon and anaesthetist.',
          level: 3,
        },
      },
    },
    blockedBy: {
      label: 'Held back by',
      type: 'list',
      values: {
        previous_phase: 'The phase before is not complete',
        ...Object.fromEntries(Object.entries(WHO_ITEMS).map(([id, { label }]) => [id, label])),
      },
    },
  },
  headline: { value: 'complete', band: 'complete' },
  limits: [
    'It cannot tell whether the items were truly read aloud and checked.',
    'A known allergy is recorded and does not hold the team back; name it.',
    'A wrong count is never overruled before a search and an image are recorded.',
  ],
  compute({ phase, previousPhaseComplete, answers: given }) {
    const items = itemsOf(phase);
    const read = readAnswers<string, string>(items, given, 'answers');
    if ('error' in read) return read;
    const open = phase !== 'sign_in' && !previousPhaseComplete ? ['previous_phase'] : [];
    const unmet = Object.entries(items)
      .filter(([id, { passes }]) => !passes.includes(read.answers[id] ?? ''))
      .map(([id]) => id);
    const blockedBy = [...open, ...unmet];
    return { complete: blockedBy.length === 0, blockedBy };
  },
  working: ({ phase, previousPhaseComplete, answers: given }) => [
    ...(phase === 'sign_in' ? [] : [`Phase before: ${previousPhaseComplete ? 'complete' : 'not complete'}`]),
    ...Object.entries(itemsOf(phase)).map(
      ([id, { label, values }]) => `${label}: ${values[String(given[id])] ?? 'not answered'}`,
    ),
  ],
});
