import { type Band, defineCalculator } from '../calculator.ts';
import { instant, yesNo } from '../input.ts';
import { refuse } from '../refusal.ts';
import { utc } from '../round.ts';
import { HOUR_MS } from '../time.ts';

/** Clock hours, weekends and holidays included. */
const HOURS = 72;

const COMMISSION = {
  true: {
    label: 'Tell the Commission',
    range: 'a risk to rights is likely',
    means: 'Within 72 clock hours of becoming aware.',
    level: 3,
  },
  false: { label: 'Log it', range: 'no risk to rights is likely', means: 'Record facts, effects and remedy.', level: 1 },
} as const satisfies Record<string, Band>;

/** Who must be told of a breach of personal data, and by when. Source: Nigeria Data Protection Act 2023, s. 40. */
export const breachDeadline = defineCalculator({
  id: 'breach_deadline',
  title: 'NDPA 2023 breach notice',
  about: 'Whom to tell of a data breach, and by when.',
  version: '1.0',
  system: 'Administration',
  words: ['data protection', 'data breach', 'NDPC', 'NDPA', 'privacy', 'lost device'],
  sources: [{ cite: 'Nigeria Data Protection Act, section 40', year: 2023 }],
  licence: null,
  sign: ['data protection officer'],
  inputs: {
    awareAt: instant('Became aware', { happened: true }),
    riskToRights: yesNo('Is a risk to people’s rights likely?'),
    highRisk: yesNo('Is that risk high?'),
  },
  outputs: {
    notifyCommission: { label: 'The Commission', type: 'boolean', bands: COMMISSION },
    commissionDeadline: { label: 'Tell the Commission by', type: 'datetime', nullable: true },
    notifySubjects: { label: 'Tell the people concerned at once', type: 'boolean' },
  },
  headline: { value: 'commissionDeadline', band: 'notifyCommission' },
  limits: [
    'Whether a risk is likely or high is for the data protection officer to judge.',
    'Every breach is logged, also one that nobody is told of. A processor tells the controller at once.',
  ],
  compute({ awareAt, riskToRights, highRisk }) {
    if (highRisk && !riskToRights) return refuse('INCONSISTENT', 'highRisk');
    return {
      notifyCommission: riskToRights,
      commissionDeadline: riskToRights ? utc(awareAt + HOURS * HOUR_MS) : null,
      notifySubjects: highRisk,
    };
  },
  working: ({ awareAt }, { commissionDeadline }) =>
    commissionDeadline === null
      ? ['No risk to rights: no deadline']
      : [`${utc(awareAt)} + ${HOURS} h = ${String(commissionDeadline)}`],
});
