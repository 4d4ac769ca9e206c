import { defineCalculator } from '../calculator.ts';
import { readAnswers } from '../check.ts';
import { type AnswerItem, answers, number } from '../input.ts';
import { below } from '../points.ts';
import { round } from '../round.ts';

/** Columns of the chart by the age they begin with. */
export const LUND_BROWDER_AGES = {
  '0': 'Under 1 year',
  '1': '1 to 4 years',
  '5': '5 to 9 years',
  '10': '10 to 14 years',
  '15': '15 to 17 years',
  adult: '18 years and over',
} as const;
export type LundBrowderAge = keyof typeof LUND_BROWDER_AGES;

const BY_AGE = {
  head: { '0': 9.5, '1': 8.5, '5': 6.5, '10': 5.5, '15': 4.5, adult: 3.5 },
  thigh: { '0': 2.75, '1': 3.25, '5': 4, '10': 4.25, '15': 4.5, adult: 4.75 },
  leg: { '0': 2.5, '1': 2.5, '5': 2.75, '10': 3, '15': 3.25, adult: 3.5 },
} as const;

export interface BodyRegion {
  label: string;
  /** The figure it is drawn on. */
  view: 'front' | 'back';
  /** Per cent of the body surface by column. */
  percent: Readonly<Record<LundBrowderAge, number>>;
}

const same = (n: number): BodyRegion['percent'] => ({ '0': n, '1': n, '5': n, '10': n, '15': n, adult: n });

const VIEWS = ['front', 'back'] as const;

/** One region of the middle, front and back. */
const middle = (id: string, label: string, percent: BodyRegion['percent']): [string, BodyRegion][] =>
  VIEWS.map((view) => [`${id}_${view}`, { label: `${label}, ${view}`, view, percent }]);

/** One region of both sides, front and back. */
const sides = (id: string, label: string, percent: BodyRegion['percent']): [string, BodyRegion][] =>
  ['right', 'left'].flatMap((side) => middle(`${id}_${side}`, `${side === 'right' ? 'Right' : 'Left'} ${label}`, percent));

/**
 * The 33 regions of the chart: what each is of the body surface, in per cent by age. Every column sums to exactly 100.
 * Source: Lund and Browder 1944; without the misprints that give 101 (Lundin 2013).
 */
export const LUND_BROWDER: Readonly<Record<string, BodyRegion>> = Object.fromEntries([
  ...middle('head', 'Head', BY_AGE.head),
  ...middle('neck', 'Neck', same(1)),
  ...middle('trunk', 'Trunk', same(13)),
  ...sides('upper_arm', 'upper arm', same(2)),
  ...sides('forearm', 'forearm', same(1.5)),
  ...sides('hand', 'hand', same(1.25)),
  ...sides('thigh', 'thigh', BY_AGE.thigh),
  ...sides('leg', 'lower leg', BY_AGE.leg),
  ...sides('foot', 'foot', same(1.75)),
  ['buttock_right', { label: 'Right buttock', view: 'back', percent: same(2.5) }],
  ['buttock_left', { label: 'Left buttock', view: 'back', percent: same(2.5) }],
  ['genitalia', { label: 'Genitalia', view: 'front', percent: same(1) }],
]);

const ITEMS: Readonly<Record<string, AnswerItem>> = Object.fromEntries(
  Object.entries(LUND_BROWDER).map(([id, { label }]) => [id, { label, min: 0, max: 100, unit: '% of it' }]),
);

/** The column of the chart for an age in years. */
export const lundBrowderAge = (ageYears: number): LundBrowderAge =>
  below<LundBrowderAge>(ageYears, [1, 5, 10, 15, 18], ['0', '1', '5', '10', '15', 'adult']);

/** Burned surface by regions and age. Sources: Lund and Browder 1944; Lundin 2013 on the misprints. */
export const lundBrowder = defineCalculator({
  id: 'lund_browder',
  title: 'Lund and Browder chart',
  about: 'How much of the body surface is burned, by region and age.',
  version: '1.0',
  system: 'Burns',
  words: ['TBSA', 'burn size', 'body surface', 'burned surface', 'child'],
  sources: [
    { cite: 'Lund CC, Browder NC, The estimation of areas of burns', year: 1944 },
    { cite: 'Lundin K, Alsbjørn B, on the misprinted Lund and Browder charts', year: 2013 },
    { cite: 'Joint Trauma System, burn worksheets', year: 2025 },
  ],
  licence: null,
  sign: ['consultant'],
  inputs: {
    ageYears: number('Age', { min: 0, max: 120, unit: 'years', fact: 'age_years' }),
    regions: answers('Burned regions', { help: 'Per cent of each region that is burned; 0 where none.', items: ITEMS }),
  },
  outputs: {
    tbsaPct: { label: 'Burned surface', type: 'number', unit: '% of the body', decimals: 2 },
    ageBand: { label: 'Column of the chart', type: 'text', values: LUND_BROWDER_AGES },
  },
  headline: { value: 'tbsaPct', trend: 'tbsaPct' },
  limits: [
    'Count partial and full thickness only; leave out plain redness.',
    'A region that is not given counts as not burned.',
    'The adult column from 18 years is a convention: charts print 15 and adult.',
    'For small or scattered burns the patient’s own palm with fingers is about 1 %.',
  ],
  compute({ ageYears, regions }) {
    const read = readAnswers<string, number>(ITEMS, regions, 'regions');
    if ('error' in read) return read;
    const ageBand = lundBrowderAge(ageYears);
    const tbsa = Object.entries(LUND_BROWDER).reduce(
      (sum, [id, { percent }]) => sum + (percent[ageBand] * (read.answers[id] ?? 0)) / 100,
      0,
    );
    return { tbsaPct: round(tbsa, 2), ageBand };
  },
  working: ({ ageYears, regions }, { tbsaPct }) => [
    `Column: ${LUND_BROWDER_AGES[lundBrowderAge(ageYears)]}`,
    ...Object.entries(LUND_BROWDER)
      .filter(([id]) => Number(regions[id] ?? 0) > 0)
      .map(([id, { label, percent }]) => `${label}: ${Number(regions[id])} % of ${percent[lundBrowderAge(ageYears)]}`),
    `Sum: ${String(tbsaPct)} % of the body surface`,
  ],
});
