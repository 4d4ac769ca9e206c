import { defineCalculator } from '../calculator.ts';
import { choice, number } from '../input.ts';
import { below } from '../points.ts';

/** Minutes between observations: the first, second and third day, and from then to discharge. */
const MINUTES = { intensive: [30, 60, 120, 480], standard: [60, 120, 240, 480] } as const;

/** How often a free flap is observed, by hours since the end of surgery; each day begins with its hour (24 h is the second day). */
export const flapSchedule = defineCalculator({
  id: 'flap_schedule',
  title: 'Flap monitoring interval',
  about: 'How often to observe a free flap at this hour after surgery.',
  version: '1.0',
  system: 'Flaps and grafts',
  words: ['free flap', 'flap observation', 'microsurgery', 'monitoring', 'flap check'],
  sources: [
    {
      cite: 'Dort et al., ERAS Society, head and neck free flaps; intensive intervals of the Canniesburn Unit, Glasgow',
      year: 2017,
    },
  ],
  licence: null,
  sign: ['consultant'],
  inputs: {
    protocol: choice(
      'Protocol',
      { intensive: 'Intensive', standard: 'Standard' },
      { help: 'Intensive: 30, 60, 120 min on the first three days. Standard: 60, 120, 240 min.' },
    ),
    hoursSinceEnd: number('Hours since the end of surgery', { min: 0, max: 2000, unit: 'h' }),
  },
  outputs: { intervalMinutes: { label: 'Observe every', type: 'integer', unit: 'min' } },
  headline: { value: 'intervalMinutes' },
  limits: [
    'In recovery somebody stays with the flap and checks it every 15 minutes for the first hour.',
    'The standard intervals are a local convention that the consultant has yet to confirm.',
    'A worrying flap is observed more often, whatever the hour.',
  ],
  compute: ({ protocol, hoursSinceEnd }) => ({ intervalMinutes: below(hoursSinceEnd, [24, 48, 72], MINUTES[protocol]) }),
  working: ({ protocol, hoursSinceEnd }, { intervalMinutes }) => [
    `${protocol}: ${MINUTES[protocol].join(', ')} min for 0 to <24 h, 24 to <48 h, 48 to <72 h, from 72 h`,
    `${hoursSinceEnd} h after surgery: every ${String(intervalMinutes)} min`,
  ],
});
