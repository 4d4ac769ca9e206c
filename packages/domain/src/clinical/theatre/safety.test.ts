import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../refusal.ts';
import { asking, describeRule, workingOf } from '../testing/rule.ts';
import { asaClass } from './asa_class.ts';
import { WHO_ITEMS, whoChecklist } from './who_checklist.ts';

const SIGN_IN = {
  patient_confirmed: 'yes',
  site_marked: 'yes',
  anaesthesia_check: 'yes',
  pulse_oximeter: 'yes',
  known_allergy: 'no',
  difficult_airway: 'no',
  blood_loss_risk: 'no',
};
const TIME_OUT = {
  team_introduced: 'yes',
  patient_procedure_site: 'yes',
  antibiotic_prophylaxis: 'yes',
  surgeon_events: 'yes',
  anaesthetist_events: 'yes',
  nursing_events: 'yes',
  imaging_displayed: 'yes',
};
const SIGN_OUT = {
  procedure_recorded: 'yes',
  counts_correct: 'yes',
  specimens_labelled: 'yes',
  equipment_problems_addressed: 'yes',
  recovery_plan: 'yes',
};
const PHASES = { sign_in: SIGN_IN, time_out: TIME_OUT, sign_out: SIGN_OUT };

const example = { phase: 'sign_in', previousPhaseComplete: true, answers: SIGN_IN };
const ask = asking(whoChecklist, example);
describeRule(whoChecklist, example);

describe('the items of the checklist', () => {
  test('are 7, 7 and 5', () => {
    const of = (phase: string) => Object.keys(WHO_ITEMS).filter((id) => WHO_ITEMS[id]?.when?.is.includes(phase));
    expect(of('sign_in')).toEqual(Object.keys(SIGN_IN));
    expect(of('time_out')).toEqual(Object.keys(TIME_OUT));
    expect(of('sign_out')).toEqual(Object.keys(SIGN_OUT));
    expect(Object.keys(WHO_ITEMS)).toHaveLength(19);
  });

  const NA = ['site_marked', 'antibiotic_prophylaxis', 'imaging_displayed', 'counts_correct', 'specimens_labelled'];
  const ALSO_NA = [...NA, 'equipment_problems_addressed'];
  const RISKS = ['difficult_airway', 'blood_loss_risk'];
  const CASES = Object.entries(PHASES).flatMap(([phase, answers]) =>
    Object.keys(answers).flatMap((id) =>
      ['yes', 'no', 'na', 'yes_prepared', 'yes_not_prepared'].map((value) => {
        const risk = RISKS.includes(id);
        const allowed = risk
          ? value !== 'yes' && value !== 'na'
          : value === 'yes' || value === 'no' || (value === 'na' && ALSO_NA.includes(id));
        const passes = risk ? value !== 'yes_not_prepared' : value !== 'no' || id === 'known_allergy';
        return { phase, answers, id, value, told: allowed ? (passes ? 'passes' : 'blocks') : 'refused' };
      }),
    ),
  );
  test.each(CASES)('$id answered $value: $told', ({ phase, answers, id, value, told }) => {
    const got = ask({ phase, answers: { ...answers, [id]: value } });
    if (told === 'refused') expect(got).toEqual(refuse('INVALID_VALUE', `answers.${id}`));
    else expect(got).toEqual({ complete: told === 'passes', blockedBy: told === 'passes' ? [] : [id] });
  });

  test.each(Object.entries(PHASES))('what is missing in %s blocks, in the order of the checklist', (phase, answers) => {
    expect(ask({ phase, answers: {} })).toEqual({ complete: false, blockedBy: Object.keys(answers) });
    for (const id of Object.keys(answers))
      for (const none of [null, undefined])
        expect(ask({ phase, answers: { ...answers, [id]: none } })).toEqual({ complete: false, blockedBy: [id] });
  });

  test('the phase before holds back the second and the third, first in the list', () => {
    const previousPhaseComplete = false;
    expect(ask({ previousPhaseComplete })).toEqual({ complete: true, blockedBy: [] });
    expect(ask({ phase: 'time_out', previousPhaseComplete, answers: { ...TIME_OUT, surgeon_events: 'no' } })).toEqual({
      complete: false,
      blockedBy: ['previous_phase', 'surgeon_events'],
    });
    expect(ask({ phase: 'sign_out', previousPhaseComplete, answers: SIGN_OUT })).toEqual({
      complete: false,
      blockedBy: ['previous_phase'],
    });
    expect(ask({ phase: 'sign_out', answers: SIGN_OUT })).toEqual({ complete: true, blockedBy: [] });
  });

  test.each(['constructor', 'toString', 'hasOwnProperty', '', 'team_introduced'])('%s is no item of Sign In', (id) => {
    expect(ask({ answers: { ...SIGN_IN, [id]: 'yes' } })).toEqual(refuse('INVALID_VALUE', `answers.${id}`));
  });

  test('no prototype is an item, nor a value', () => {
    expect(ask({ answers: JSON.parse('{"__proto__":"yes"}') as unknown })).toEqual(
      refuse('INVALID_VALUE', 'answers.__proto__'),
    );
    for (const value of [true, 1, 'constructor', ['yes'], {}, ''])
      expect(ask({ answers: { ...SIGN_IN, site_marked: value } })).toEqual(refuse('INVALID_VALUE', 'answers.site_marked'));
  });

  test('every refused answer is told before what blocks', () => {
    expect(ask({ phase: 'time_out', previousPhaseComplete: false, answers: { imaging_displayed: 'maybe' } })).toEqual(
      refuse('INVALID_VALUE', 'answers.imaging_displayed'),
    );
  });

  test('the working names every item with its answer', () => {
    expect(
      workingOf(whoChecklist, { ...example, answers: { ...SIGN_IN, site_marked: 'na', pulse_oximeter: null } }),
    ).toMatchInlineSnapshot(`
      [
        "Patient (or guardian) has confirmed identity, site, procedure and consent: Yes",
        "Site is marked: Does not apply",
        "Anaesthetic machine and medicines are checked: Yes",
        "Pulse oximeter is on the patient and works: not answered",
        "Patient has a known allergy: No",
        "Airway may be difficult, or stomach contents may be breathed in: No",
        "More than 500 mL of blood may be lost (child: 7 mL/kg): No",
      ]
    `);
  });
  test('the working names the phase before', () => {
    expect(workingOf(whoChecklist, { phase: 'time_out', previousPhaseComplete: false, answers: TIME_OUT })[0]).toBe(
      'Phase before: not complete',
    );
    expect(workingOf(whoChecklist, { phase: 'sign_out', previousPhaseComplete: true, answers: {} }).slice(0, 2)).toEqual([
      'Phase before: complete',
      'Name of the procedure is recorded and was said aloud: not answered',
    ]);
  });
});

const asa = { asaClass: 2, emergency: false };
describeRule(asaClass, asa);

describe('ASA', () => {
  const classed = asking(asaClass, asa);
  const LABELS = ['I', 'II', 'III', 'IV', 'V', 'VI'];
  test.each(LABELS.map((label, n) => ({ label, n: n + 1 })))('class $n is $label, with E in an emergency', ({ label, n }) => {
    expect(classed({ asaClass: n })).toEqual({ label });
    expect(classed({ asaClass: n, emergency: true })).toEqual(
      n === 6 ? refuse('INCONSISTENT', 'emergency') : { label: `${label}E` },
    );
  });
  test('no other label is described', () => {
    const described = Object.keys(asaClass.outputs.label?.bands ?? {});
    expect(described.sort()).toEqual([...LABELS, ...LABELS.slice(0, 5).map((label) => `${label}E`)].sort());
    expect(asaClass.outputs.label?.bands?.IIIE).toEqual({
      label: 'Severe systemic disease, emergency',
      range: 'class 3 with E',
      means: 'Assess with the anaesthetist before the day. Delay would add to the threat to life or body part.',
      level: 1,
    });
  });
  test('a fraction is no class', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 6, noNaN: true }), (asaClass) => {
        fc.pre(!Number.isInteger(asaClass));
        expect(classed({ asaClass })).toEqual(refuse('INVALID_VALUE', 'asaClass'));
      }),
    );
  });
  test('the working', () => {
    expect(workingOf(asaClass, asa)).toMatchInlineSnapshot(`
      [
        "Class 2, no emergency: II",
      ]
    `);
    expect(workingOf(asaClass, { ...asa, emergency: true })).toMatchInlineSnapshot(`
      [
        "Class 2, with E for emergency: IIE",
      ]
    `);
  });
});
