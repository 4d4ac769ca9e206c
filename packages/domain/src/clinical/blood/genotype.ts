import { type Band, defineCalculator } from '../calculator.ts';
import { choice } from '../input.ts';

const DISEASE = {
  true: {
    label: 'Sickle cell disease',
    range: 'SS or SC',
    means: 'Keep warm, hydrated, oxygenated and free of pain; plan transfusion; watch for acute chest syndrome.',
    level: 3,
  },
  false: { label: 'No sickle cell disease', range: 'AA, AS, AC or CC', means: 'Usually no restriction.', level: 0 },
} as const satisfies Record<string, Band>;

/** What a haemoglobin genotype means for surgery. */
export const genotype = defineCalculator({
  id: 'genotype',
  title: 'Haemoglobin genotype flags',
  about: 'What a haemoglobin genotype means for an operation.',
  version: '1.0',
  system: 'Blood',
  words: ['sickle cell', 'HbSS', 'HbSC', 'haemoglobin electrophoresis', 'carrier', 'tourniquet'],
  sources: [{ cite: 'Howard et al., Transfusion Alternatives Preoperatively in Sickle Cell Disease, Lancet', year: 2013 }],
  licence: null,
  sign: ['consultant', 'anaesthetist'],
  inputs: {
    genotype: choice('Genotype', { AA: 'AA', AS: 'AS', AC: 'AC', SS: 'SS', SC: 'SC', CC: 'CC' }, { fact: 'genotype' }),
  },
  outputs: {
    sickleCellDisease: { label: 'Sickle cell disease', type: 'boolean', bands: DISEASE },
    carrier: { label: 'Carrier', type: 'boolean' },
    tourniquetCaution: { label: 'Caution with a tourniquet', type: 'boolean' },
  },
  headline: { value: 'sickleCellDisease', band: 'sickleCellDisease' },
  limits: [
    'A recent transfusion can falsify electrophoresis.',
    'CC causes mild haemolysis. The caution with a tourniquet is relative: exsanguinate, keep it short.',
  ],
  compute({ genotype: type }) {
    const disease = type === 'SS' || type === 'SC';
    return { sickleCellDisease: disease, carrier: type === 'AS' || type === 'AC', tourniquetCaution: disease };
  },
  working: ({ genotype: type }) => [`${type}: SS and SC are sickle cell disease, AS and AC carriers`],
});
