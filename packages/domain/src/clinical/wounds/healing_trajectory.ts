import { type Band, defineCalculator } from '../calculator.ts';
import { choice, number, type ValuesOf } from '../input.ts';
import { refuse } from '../refusal.ts';
import { atLeast, round } from '../round.ts';
import { percentGone } from './area_reduction.ts';

/** When each kind of wound is judged, and what must be gone by then; null: anything. */
const CHECKPOINTS = {
  dfu: { weeks: 4, percent: 50 },
  vlu: { weeks: 4, percent: 40 },
  pressure: { weeks: 2, percent: null },
} as const;

const BANDS = {
  healed: { label: 'Healed', range: 'nothing left', means: 'Protect the scar; prevent the next.', level: 0 },
  on_track: { label: 'On track', range: 'at or past the checkpoint, enough is gone', means: 'Go on.', level: 0 },
  too_early: { label: 'Too early to tell', range: 'before the checkpoint, not larger', means: 'Measure again then.', level: 0 },
  off_track: {
    label: 'Off track',
    range: 'at or past the checkpoint, too little is gone',
    means: 'Look at perfusion, infection, off-loading or compression, nutrition, sugar; consider biopsy.',
    level: 2,
  },
  deteriorating: {
    label: 'Getting worse',
    range: 'larger than at first',
    means: 'Look now at perfusion, infection, off-loading or compression, nutrition, sugar; consider biopsy.',
    level: 3,
  },
} as const satisfies Record<string, Band>;

const inputs = {
  aetiology: choice('Kind of wound', { dfu: 'Diabetic foot ulcer', vlu: 'Venous leg ulcer', pressure: 'Pressure injury' }),
  baselineCm2: number('Area at first', { min: 0, max: 10_000, exclusiveMin: true, unit: 'cm²' }),
  currentCm2: number('Area now', { min: 0, max: 10_000, unit: 'cm²', help: 'By the same method.' }),
  weeks: number('Weeks between', { min: 0, max: 520, unit: 'weeks' }),
};

function flagOf({ aetiology, baselineCm2, currentCm2, weeks }: ValuesOf<typeof inputs>): keyof typeof BANDS {
  if (currentCm2 === 0) return 'healed';
  if (currentCm2 > baselineCm2) return 'deteriorating';
  const { weeks: due, percent } = CHECKPOINTS[aetiology];
  if (weeks < due) return 'too_early';
  const enough = percent === null ? currentCm2 < baselineCm2 : atLeast(percentGone(baselineCm2, currentCm2), percent);
  return enough ? 'on_track' : 'off_track';
}

/** Whether a wound closes as fast as those that heal. Sources: Sheehan 2003; Phillips 2000, Gelfand 2002; NPIAP/EPUAP 2019; IWGDF 2023. */
export const healingTrajectory = defineCalculator({
  id: 'healing_trajectory',
  title: 'Healing trajectory',
  about: 'Whether a chronic wound closes as fast as those that heal.',
  version: '1.0',
  system: 'Wounds',
  words: ['healing', 'chronic wound', 'diabetic foot', 'venous ulcer', 'pressure injury', 'checkpoint'],
  sources: [
    { cite: 'Phillips TJ et al., Prognostic indicators in venous ulcers', year: 2000 },
    { cite: 'Gelfand JM et al., Surrogate end points for the treatment of venous leg ulcers', year: 2002 },
    { cite: 'Sheehan P et al., Percent change in wound area of diabetic foot ulcers', year: 2003 },
    { cite: 'EPUAP/NPIAP/PPPIA, Prevention and treatment of pressure ulcers/injuries', year: 2019 },
    { cite: 'IWGDF Guidelines', year: 2023 },
  ],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: {
    pctReduction: { label: 'Smaller by', type: 'number', unit: '%', decimals: 1 },
    flag: { label: 'Trajectory', type: 'text', bands: BANDS },
  },
  headline: { value: 'pctReduction', trend: 'pctReduction', band: 'flag' },
  limits: [
    'Areas by different methods do not compare.',
    'That 40 % is enough for a venous ulcer is not certain.',
    'A wound grows at first when dead tissue is taken away.',
  ],
  compute(values) {
    const pctReduction = round(percentGone(values.baselineCm2, values.currentCm2), 1);
    // An area that is all but nothing.
    if (!Number.isFinite(pctReduction)) return refuse('OUT_OF_RANGE', 'baselineCm2');
    return { pctReduction, flag: flagOf(values) };
  },
  working: ({ aetiology, baselineCm2, currentCm2, weeks }, { pctReduction }) => {
    const { weeks: due, percent } = CHECKPOINTS[aetiology];
    return [
      `(${baselineCm2} − ${currentCm2}) cm² ÷ ${baselineCm2} cm² = ${String(pctReduction)} %`,
      `After ${weeks} weeks; the checkpoint is at ${due} weeks: ${percent === null ? 'any reduction' : `${percent} % or more`}`,
    ];
  },
});
