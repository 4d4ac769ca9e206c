import type { Chance } from '../chance.ts';
import type { Patch } from '../record.ts';
import type { DemoWish } from './ward.ts';

const HOUR_MS = 3_600_000;
const instant = (ms: number) => new Date(Math.floor(ms / 60_000) * 60_000).toISOString();

/** One stay for which something was ordered. */
export interface DemoStay {
  patient_id: string;
  admission_id: string;
  fromMs: number;
  /** Null while the patient lies in bed. */
  toMs: number | null;
  nowMs: number;
  /** Null when nobody can tell. */
  ageYears: number | null;
  consultant: string | undefined;
}

/** A blood count as the laboratory writes it: values that need no call, with their units. */
function bloodCount(chance: Chance): Patch {
  const haemoglobin = (95 + chance.below(50)) / 10;
  const white = (40 + chance.below(80)) / 10;
  const platelets = 150 + chance.below(250);
  return {
    results: `Haemoglobin ${haemoglobin} g/dL, white cells ${white} × 10⁹/L, platelets ${platelets} × 10⁹/L`,
    result_values: [
      { name: 'Haemoglobin', value: haemoglobin, unit: 'g/dL' },
      { name: 'White cells', value: white, unit: '10⁹/L' },
      { name: 'Platelets', value: platelets, unit: '10⁹/L' },
    ],
  };
}

/** Medicines that say nothing of a diagnosis; a child's dose is left to its weight. */
function medicines(chance: Chance, adult: boolean): Patch[] {
  const pain = {
    medication_name: 'Paracetamol',
    medication_type: 'Tablet',
    dosage: adult ? '1 g' : '15 mg/kg',
    route: 'Oral',
    frequency: '8-hourly',
    duration: `${3 + chance.below(3)} days`,
  };
  const iron = {
    medication_name: 'Ferrous sulfate',
    medication_type: 'Tablet',
    dosage: '200 mg',
    route: 'Oral',
    frequency: 'Once daily',
    duration: '30 days',
  };
  return adult && chance.odds(0.5) ? [pain, iron] : [pain];
}

/**
 * What was ordered during a stay: a blood count, and for who lies in bed now another one under way and a prescription.
 * Deterministic in `chance`; parents before children.
 */
export function ordersOf(chance: Chance, stay: DemoStay, newId: () => string): DemoWish[] {
  const { patient_id, admission_id, fromMs, toMs, nowMs, consultant } = stay;
  const inBed = toMs === null;
  if (!inBed && !chance.odds(0.3)) return [];
  const whose = { patient_id, admission_id };
  const by = (field: string): Patch => (consultant === undefined ? {} : { [field]: consultant });
  const order = (atMs: number, more: Patch): DemoWish => ({
    kind: 'lab_investigations',
    id: newId(),
    patch: { ...whose, ...by('ordered_by'), ordered_date: instant(atMs), ...more },
  });
  const blood = { investigation_type: 'Haematology', test_name: 'Full blood count', sample_type: 'Blood', priority: 'Routine' };
  const resultMs = Math.min(fromMs + (4 + chance.below(20)) * HOUR_MS, toMs ?? nowMs);
  const wishes = [
    order(fromMs, {
      ...blood,
      status: 'Completed',
      sample_collected: true,
      sample_collection_date: instant(fromMs),
      result_date: instant(resultMs),
      ...bloodCount(chance),
    }),
  ];
  if (!inBed) return wishes;
  wishes.push(
    order(nowMs, {
      investigation_type: 'Chemistry',
      test_name: 'Urea, electrolytes and creatinine',
      sample_type: 'Blood',
      priority: chance.odds(0.2) ? 'Urgent' : 'Routine',
      status: 'Ordered',
    }),
  );
  const prescription_id = newId();
  wishes.push({
    kind: 'prescriptions',
    id: prescription_id,
    patch: {
      ...whose,
      ...by('prescribed_by'),
      prescribed_date: instant(fromMs),
      prescription_type: 'Inpatient',
      status: 'Active',
    },
  });
  for (const line of medicines(chance, (stay.ageYears ?? 0) >= 16)) {
    wishes.push({ kind: 'prescription_items', id: newId(), patch: { patient_id, prescription_id, ...line } });
  }
  return wishes;
}
