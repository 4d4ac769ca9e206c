import { defineCalculator } from '../calculator.ts';
import { number } from '../input.ts';
import { round } from '../round.ts';

/** So much for each of the first 10 kg, of the next 10 and of the rest. */
function bySteps(weightKg: number, [first, next, rest]: readonly [number, number, number]): number {
  const upTo10 = Math.min(weightKg, 10);
  const upTo20 = Math.min(Math.max(weightKg - 10, 0), 10);
  return first * upTo10 + next * upTo20 + rest * Math.max(weightKg - 20, 0);
}

/** Maintenance in mL/h by 4-2-1, in full precision. Source: Holliday and Segar 1957. */
export const maintenanceMlPerHour = (weightKg: number): number => bySteps(weightKg, [4, 2, 1]);

/** Maintenance fluid by weight. Source: Holliday and Segar 1957. */
export const maintenanceFluid = defineCalculator({
  id: 'maintenance_fluid',
  title: 'Maintenance fluid',
  about: 'Fluid for a day without other losses, by weight.',
  version: '1.0',
  system: 'Kidneys and fluids',
  words: ['4-2-1', 'Holliday', 'Segar', 'intravenous fluid', 'drip rate', 'child'],
  sources: [{ cite: 'Holliday MA, Segar WE, The maintenance need for water in parenteral fluid therapy', year: 1957 }],
  licence: null,
  sign: ['anaesthetist', 'consultant'],
  inputs: { weightKg: number('Weight', { min: 2, max: 150, unit: 'kg', fact: 'weight_kg' }) },
  outputs: {
    mlPerHr: { label: 'Rate by 4-2-1', type: 'number', unit: 'mL/h', decimals: 1 },
    mlPerDay: { label: 'Amount by 100-50-20', type: 'integer', unit: 'mL/day' },
  },
  headline: { value: 'mlPerHr' },
  limits: [
    'Not for newborns.',
    'The rate and the amount of a day are two rules and differ a little.',
    'For adults 100 to 120 mL/h is usually enough; no ceiling is applied here.',
    'It does not replace what is lost by burn, drain, fever or vomiting.',
  ],
  compute: ({ weightKg }) => ({
    mlPerHr: round(maintenanceMlPerHour(weightKg), 1),
    mlPerDay: round(bySteps(weightKg, [100, 50, 20])),
  }),
  working: ({ weightKg }, { mlPerHr, mlPerDay }) => [
    `4 mL/h for each of the first 10 kg, 2 for the next 10, 1 for the rest of ${weightKg} kg = ${String(mlPerHr)} mL/h`,
    `100 mL a day for each of the first 10 kg, 50 for the next 10, 20 for the rest = ${String(mlPerDay)} mL/day`,
  ],
});
