import { type Band, defineCalculator } from '../calculator.ts';
import { choice, type ValuesOf, yesNo } from '../input.ts';
import { refuse } from '../refusal.ts';

const BANDS = {
  none: {
    label: 'No pressure injury',
    range: 'intact, no lasting change of colour',
    means: 'Go on with prevention.',
    level: 0,
  },
  '1': {
    label: 'Stage 1',
    range: 'intact, redness that does not blanch',
    means: 'Take the pressure off; look again soon.',
    level: 1,
  },
  '2': {
    label: 'Stage 2',
    range: 'part of the skin lost, dermis seen',
    means: 'Take the pressure off; moist dressing.',
    level: 1,
  },
  '3': {
    label: 'Stage 3',
    range: 'whole skin lost, fat seen',
    means: 'Take the pressure off; debride; plan closure.',
    level: 2,
  },
  '4': {
    label: 'Stage 4',
    range: 'bone, tendon, muscle or fascia seen',
    means: 'Look for bone infection; surgical review.',
    level: 3,
  },
  unstageable: {
    label: 'Unstageable',
    range: 'hidden by slough or eschar',
    means: 'Debride to see; leave a dry, firm heel eschar.',
    level: 3,
  },
  dtpi: {
    label: 'Deep tissue pressure injury',
    range: 'deep red, maroon or purple',
    means: 'Take the pressure off at once; it may open deeply.',
    level: 3,
  },
  mucosal: { label: 'Mucosal', range: 'on a mucous membrane', means: 'Not staged; move or pad the device.', level: 2 },
} as const satisfies Record<string, Band>;
type Stage = keyof typeof BANDS;

const INTACT = { none: 'none', nonblanchable_erythema: '1', deep_red_maroon_purple: 'dtpi' } as const satisfies Record<
  string,
  Stage
>;

const inputs = {
  mucosal: yesNo('On a mucous membrane'),
  skinIntact: yesNo('Skin intact'),
  discolouration: choice(
    'Colour',
    {
      none: 'No lasting change',
      nonblanchable_erythema: 'Redness that does not blanch',
      deep_red_maroon_purple: 'Deep red, maroon or purple',
    },
    { help: 'In dark skin look for warmth, firmness and a change against the skin around.' },
  ),
  obscuredBySloughOrEschar: yesNo('Bed hidden by slough or eschar'),
  deepestTissue: choice('Deepest tissue seen', {
    none: 'None',
    dermis: 'Dermis',
    fat: 'Fat',
    muscle_tendon_bone: 'Muscle, tendon, fascia or bone',
  }),
};

function stageOf(values: ValuesOf<typeof inputs>): Stage | null {
  const { mucosal, skinIntact, discolouration, obscuredBySloughOrEschar, deepestTissue } = values;
  if (mucosal) return 'mucosal';
  if (skinIntact) return INTACT[discolouration];
  if (deepestTissue === 'muscle_tendon_bone') return '4';
  if (obscuredBySloughOrEschar) return 'unstageable';
  if (deepestTissue === 'fat') return '3';
  if (discolouration === 'deep_red_maroon_purple') return 'dtpi';
  return deepestTissue === 'dermis' ? '2' : null;
}

/** Stage of a pressure injury. Source: NPIAP 2016. */
export const npiapStage = defineCalculator({
  id: 'npiap_stage',
  title: 'Pressure injury stage',
  about: 'Stage of a pressure injury by what is seen.',
  version: '1.0',
  system: 'Wounds',
  words: ['NPIAP', 'NPUAP', 'EPUAP', 'pressure sore', 'bedsore', 'pressure ulcer', 'grade', 'DTPI'],
  sources: [{ cite: 'Edsberg LE et al., Revised NPIAP pressure injury staging system', year: 2016 }],
  licence: 'The staging system is of the NPIAP; the wording here is our own.',
  sign: ['consultant'],
  inputs,
  outputs: { stage: { label: 'Stage', type: 'text', bands: BANDS } },
  headline: { value: 'stage', band: 'stage' },
  limits: [
    'Never stage backwards: a healing stage 4 stays a stage 4.',
    'Only for injuries by pressure or shear; not for moisture damage, tears or burns.',
  ],
  compute(values) {
    if (values.skinIntact && values.deepestTissue !== 'none') return refuse('INCONSISTENT', 'deepestTissue');
    const stage = stageOf(values);
    return stage === null ? refuse('INCONSISTENT', 'deepestTissue') : { stage };
  },
  working: ({ mucosal, skinIntact, discolouration, obscuredBySloughOrEschar, deepestTissue }) => [
    `Mucous membrane: ${mucosal ? 'yes' : 'no'}; skin intact: ${skinIntact ? 'yes' : 'no'}`,
    `Colour: ${inputs.discolouration.values[discolouration]}; hidden: ${obscuredBySloughOrEschar ? 'yes' : 'no'}; deepest: ${inputs.deepestTissue.values[deepestTissue]}`,
    'Read in this order: mucous membrane, intact, bone or muscle, hidden, fat, deep colour, dermis',
  ],
});
