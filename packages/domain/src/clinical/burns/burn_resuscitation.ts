import { defineCalculator } from '../calculator.ts';
import { choice, instant, number, type ValuesOf, yesNo } from '../input.ts';
import { refuse } from '../refusal.ts';
import { above, round, utc } from '../round.ts';
import { isChild, isSmallChild } from './child.ts';
import { maintenanceMlPerHour } from './maintenance_fluid.ts';

const MS_PER_HOUR = 3_600_000;

/** mL per kg and per cent of burned surface. */
const ADULT_ML = { parkland: 4, modified_brooke: 2, aba_consensus: 2 };
const CHILD_ML = 3;
const HIGH_VOLTAGE_ML = 4;

/** Below this burned surface no formal resuscitation is planned, in per cent. */
const THRESHOLD_PCT = { adult: 15, child: 10 };
/** Given more than this, in mL/kg, the pressure in the abdomen rises. */
const IVY_ML_PER_KG = 250;

const inputs = {
  formula: choice('Formula', {
    parkland: 'Parkland',
    modified_brooke: 'Modified Brooke',
    aba_consensus: 'American Burn Association consensus',
  }),
  weightKg: number('Weight', { min: 1, max: 300, unit: 'kg', fact: 'weight_kg' }),
  tbsaPct: number('Burned surface', {
    min: 0,
    max: 100,
    exclusiveMin: true,
    unit: '%',
    fact: 'tbsa_pct',
    help: 'Partial and full thickness, without redness.',
  }),
  ageYears: number('Age', { min: 0, max: 120, unit: 'years', fact: 'age_years' }),
  highVoltageElectrical: yesNo('High-voltage electrical injury', { help: '1000 V or more.' }),
  injuryAt: instant('Time of injury', {
    fact: 'injury_at',
    happened: true,
    help: 'Fluid is counted from the injury, not from arrival.',
  }),
  now: instant('Now', { fact: 'now', happened: true }),
  fluidGivenMl: number('Fluid given since the injury', {
    min: 0,
    max: 100_000,
    unit: 'mL',
    help: 'All of it, before arrival too. 0 when none was given.',
  }),
};
type Values = ValuesOf<typeof inputs>;

interface Plan {
  mlPerKgPerPct: number;
  total: number;
  half: number;
  /** What is to have been given by the end of this phase. */
  due: number;
  elapsedHours: number;
  /** Until the end of this phase; null after 24 hours. */
  hoursLeft: number | null;
  phase: 'first_8h' | 'next_16h' | 'after_24h';
  rate: number | null;
}

function coefficient({ formula, ageYears, highVoltageElectrical }: Values): number {
  if (highVoltageElectrical) return HIGH_VOLTAGE_ML;
  return isChild(ageYears) ? CHILD_ML : ADULT_ML[formula];
}

/** Everything in full precision, rounded only when told. */
function planOf(values: Values): Plan {
  const mlPerKgPerPct = coefficient(values);
  const total = mlPerKgPerPct * values.weightKg * values.tbsaPct;
  const half = total / 2;
  const elapsedHours = (values.now - values.injuryAt) / MS_PER_HOUR;
  const common = { mlPerKgPerPct, total, half, elapsedHours };
  if (elapsedHours >= 24) return { ...common, due: total, phase: 'after_24h', hoursLeft: null, rate: null };
  const early = elapsedHours < 8;
  const hoursLeft = (early ? 8 : 24) - elapsedHours;
  const due = early ? half : total;
  const rate = Math.max(0, due - values.fluidGivenMl) / hoursLeft;
  return { ...common, due, phase: early ? 'first_8h' : 'next_16h', hoursLeft, rate };
}

const WARNINGS = {
  BELOW_FORMAL_RESUS_THRESHOLD:
    'Smaller than the burns that need a formula (adult 15 %, child 10 %): drinking, or less fluid steered by urine, may be enough',
  LATE_START_REVIEW: 'More than twice the planned rate: senior review; do not chase the deficit with boluses',
  IVY_INDEX_EXCEEDED: 'More than 250 mL/kg given: measure the pressure in the abdomen',
};

function warningsOf({ ageYears, tbsaPct, weightKg, fluidGivenMl }: Values, { rate, half }: Plan): string[] {
  const found: Readonly<Record<keyof typeof WARNINGS, boolean>> = {
    BELOW_FORMAL_RESUS_THRESHOLD: tbsaPct < (isChild(ageYears) ? THRESHOLD_PCT.child : THRESHOLD_PCT.adult),
    LATE_START_REVIEW: rate !== null && above(rate, 2 * (half / 8)),
    IVY_INDEX_EXCEEDED: above(fluidGivenMl, IVY_ML_PER_KG * weightKg),
  };
  return Object.entries(found)
    .filter(([, is]) => is)
    .map(([warning]) => warning);
}

/** Fluid in the first 24 hours after a burn. Sources: Baxter 1968; Pruitt 1979; ABLS 2018; ABA guideline, Cartotto 2024. */
export const burnResuscitation = defineCalculator({
  id: 'burn_resuscitation',
  title: 'Burn resuscitation',
  about: 'Fluid for the first 24 hours after a burn, counted from the injury, with the rate now.',
  version: '1.0',
  system: 'Burns',
  words: ['Parkland', 'Brooke', 'Ringer lactate', 'fluid', 'shock', 'drip rate', 'resus'],
  sources: [
    { cite: 'Baxter CR, Shires T, Physiological response to crystalloid resuscitation of severe burns', year: 1968 },
    { cite: 'Pruitt BA, The effectiveness of fluid resuscitation', year: 1979 },
    { cite: 'American Burn Association, Advanced Burn Life Support', year: 2018 },
    { cite: 'Cartotto R et al., American Burn Association guideline on burn shock resuscitation', year: 2024 },
  ],
  licence: null,
  sign: ['consultant', 'anaesthetist'],
  inputs,
  outputs: {
    mlPerKgPerPct: { label: 'Formula', type: 'integer', unit: 'mL/kg/%' },
    total24hMl: { label: 'In 24 hours', type: 'integer', unit: 'mL' },
    firstHalfMl: { label: 'By 8 hours after the injury', type: 'integer', unit: 'mL' },
    firstHalfEndsAt: { label: 'The first half ends', type: 'datetime' },
    endsAt: { label: 'The formula ends', type: 'datetime' },
    phase: {
      label: 'Phase',
      type: 'text',
      values: { first_8h: 'First 8 hours', next_16h: 'Next 16 hours', after_24h: 'After 24 hours' },
    },
    rateMlPerHr: { label: 'Rate now', type: 'integer', unit: 'mL/h', nullable: true },
    maintenanceMlPerHr: { label: 'Beside it, maintenance with sugar', type: 'number', unit: 'mL/h', decimals: 1 },
    warnings: { label: 'Look out', type: 'list', values: WARNINGS },
  },
  headline: { value: 'rateMlPerHr' },
  limits: [
    'The number is a start: change the rate by 10 to 20 % each hour to the urine.',
    'Fluid is Ringer lactate; maintenance is 5 % dextrose in it, for children under 14 years and up to 30 kg.',
    'The limit of 30 kg, and 3 mL for children, differ between units.',
    'When the need passes one and a half times the plan, call the senior; consider albumin.',
  ],
  compute(values) {
    const { injuryAt, now, weightKg, ageYears } = values;
    if (injuryAt > now) return refuse('INCONSISTENT', 'injuryAt');
    const plan = planOf(values);
    return {
      mlPerKgPerPct: plan.mlPerKgPerPct,
      total24hMl: round(plan.total),
      firstHalfMl: round(plan.half),
      firstHalfEndsAt: utc(injuryAt + 8 * MS_PER_HOUR),
      endsAt: utc(injuryAt + 24 * MS_PER_HOUR),
      phase: plan.phase,
      rateMlPerHr: plan.rate === null ? null : round(plan.rate),
      maintenanceMlPerHr: isSmallChild(ageYears, weightKg) ? round(maintenanceMlPerHour(weightKg), 1) : 0,
      warnings: warningsOf(values, plan),
    };
  },
  working(values, { rateMlPerHr }) {
    const { mlPerKgPerPct, total, half, due, elapsedHours, hoursLeft } = planOf(values);
    const { weightKg, tbsaPct, fluidGivenMl } = values;
    return [
      `${mlPerKgPerPct} mL × ${weightKg} kg × ${tbsaPct} % = ${round(total)} mL in 24 hours; half of it ${round(half)} mL`,
      `${round(elapsedHours, 2)} hours since the injury, ${fluidGivenMl} mL given`,
      hoursLeft === null
        ? 'The 24 hours are over: the formula gives no rate'
        : `(${round(due)} mL − ${fluidGivenMl} mL, not below 0) ÷ ${round(hoursLeft, 2)} hours left = ${String(rateMlPerHr)} mL/h`,
    ];
  },
});
