import { type Band, defineCalculator } from '../calculator.ts';
import { choice, number, optional, type ValuesOf, yesNo } from '../input.ts';

/** Below this saturation beyond the burn, in per cent, and from this pressure in a compartment, in mmHg, it is urgent. */
const SPO2_BELOW = 90;
const PRESSURE_FROM = 30;

const BANDS = {
  none: {
    label: 'No warning',
    range: 'no deep burn all around, and no high pressure',
    means: 'Look for another cause.',
    level: 0,
  },
  watch: {
    label: 'Watch',
    range: 'deep burn all around without a sign',
    means: 'Check every hour for 48 hours; raise the limb.',
    level: 2,
  },
  urgent: {
    label: 'Urgent',
    range: 'any sign of cut-off flow, pressure or breathing',
    means: 'Call the surgeon now; release is likely needed.',
    level: 3,
  },
} as const satisfies Record<string, Band>;

const REASONS = {
  CIRCUMFERENTIAL_DEEP: 'Deep burn all around, no sign yet',
  DOPPLER: 'Doppler beyond the burn diminished or absent',
  DISTAL_SPO2: `Saturation beyond the burn under ${SPO2_BELOW} %`,
  COMPARTMENT_PRESSURE: `Compartment pressure ${PRESSURE_FROM} mmHg or more`,
  VENTILATION: 'Airway pressure rises, or breaths or saturation fall',
};

const inputs = {
  deepBurn: yesNo('Deep burn', { help: 'Deep partial or full thickness.' }),
  circumferential: choice('All around', {
    none: 'Nowhere',
    limb: 'A limb',
    digit: 'A finger or toe',
    chest: 'The chest',
    abdomen: 'The abdomen',
    neck: 'The neck',
  }),
  distalDoppler: choice('Doppler beyond the burn', {
    present: 'Present',
    diminished: 'Diminished',
    absent: 'Absent',
    not_done: 'Not done',
  }),
  distalSpo2: optional(number('Saturation beyond the burn', { min: 40, max: 100, unit: '%' })),
  compartmentPressureMmHg: optional(number('Compartment pressure', { min: 0, max: 150, unit: 'mmHg' })),
  ventilatoryCompromise: yesNo('Breathing is hindered', { help: 'Rising airway pressure, or falling breaths or saturation.' }),
};

function urgentReasons(values: ValuesOf<typeof inputs>): string[] {
  const { deepBurn, circumferential, distalDoppler, distalSpo2, compartmentPressureMmHg, ventilatoryCompromise } = values;
  const around = deepBurn ? circumferential : 'none';
  const limb = around === 'limb' || around === 'digit';
  const trunk = around === 'chest' || around === 'abdomen' || around === 'neck';
  const found: Readonly<Record<string, boolean>> = {
    DOPPLER: limb && (distalDoppler === 'diminished' || distalDoppler === 'absent'),
    DISTAL_SPO2: limb && distalSpo2 !== null && distalSpo2 < SPO2_BELOW,
    COMPARTMENT_PRESSURE: compartmentPressureMmHg !== null && compartmentPressureMmHg >= PRESSURE_FROM,
    VENTILATION: trunk && ventilatoryCompromise,
  };
  return Object.entries(found)
    .filter(([, is]) => is)
    .map(([reason]) => reason);
}

/** Whether a burn all around cuts off flow or breath. Sources: ABLS 2018; ISBI 2016. */
export const escharotomy = defineCalculator({
  id: 'escharotomy',
  title: 'Escharotomy warning',
  about: 'Whether a deep burn all around a part threatens its blood flow, or breathing.',
  version: '1.0',
  system: 'Burns',
  words: ['eschar', 'circumferential', 'compartment', 'fasciotomy', 'ischaemia'],
  sources: [
    { cite: 'ISBI practice guidelines for burn care', year: 2016 },
    { cite: 'American Burn Association, Advanced Burn Life Support', year: 2018 },
  ],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: {
    level: { label: 'Warning', type: 'text', bands: BANDS },
    reasons: { label: 'Why', type: 'list', values: REASONS },
  },
  headline: { value: 'level', band: 'level' },
  limits: [
    'Loss of the pulse is a late sign; a present pulse does not exclude it.',
    'A saturation limit of 90 % beyond the burn is not certain.',
    'An electrical injury may need fasciotomy without a burn all around.',
    'A Doppler that was not done counts as no sign: do it.',
  ],
  compute(values) {
    const urgent = urgentReasons(values);
    if (urgent.length > 0) return { level: 'urgent', reasons: urgent };
    if (values.deepBurn && values.circumferential !== 'none') return { level: 'watch', reasons: ['CIRCUMFERENTIAL_DEEP'] };
    return { level: 'none', reasons: [] };
  },
  working: ({ deepBurn, circumferential, distalDoppler, distalSpo2, compartmentPressureMmHg, ventilatoryCompromise }) => [
    `${deepBurn ? 'Deep' : 'Not deep'}; all around: ${inputs.circumferential.values[circumferential]}`,
    `Doppler: ${inputs.distalDoppler.values[distalDoppler]}; saturation: ${distalSpo2 ?? 'not measured'}; pressure: ${compartmentPressureMmHg ?? 'not measured'}`,
    `Breathing hindered: ${ventilatoryCompromise ? 'yes' : 'no'}`,
  ],
});
