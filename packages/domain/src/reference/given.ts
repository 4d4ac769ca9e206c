/** The reference as the checks are given it, from the versions in use. Pure. */
import type { DrugEntry, EntryKind, PrescribingReference } from '../checks/drug-reference.ts';
import type { EntryMark } from '../checks/finding.ts';
import type { LabReference, LabTestEntry } from '../checks/result.ts';
import type { Row } from '../record.ts';
import type { RECORDS } from '../records/index.ts';
import { asVersions, type DrugsJson, type LabsJson, shippedDrugs, shippedLabs } from './shipped.ts';
import { inUse, type ReferenceKind, type Version, versionName } from './versions.ts';

type Records = typeof RECORDS;
type Drug = Row<Records['reference_drugs']>;
type Rule = Row<Records['reference_allergy_rules']>;
type Pair = Row<Records['reference_interactions']>;
type Test = Row<Records['reference_lab_tests']>;

/** The version of an entry by which something was judged. */
export const markOf = (kind: string, version: Version): EntryMark => ({
  key: `${kind}/${version.entry_key}`,
  version: versionName(version),
  unreviewed: version.is_reviewed !== true,
});

const range = (from: number | null, to: number | null): number[] | null => {
  const given = [from, to].filter((n) => n !== null);
  return given.length > 0 ? given : null;
};

const drugOf = (row: Drug): DrugEntry => ({
  id: row.entry_key,
  name: row.name,
  drugClass: row.drug_class,
  allergyGroups: row.allergy_groups ?? [],
  adult: {
    text: row.adult_dose ?? '',
    singleMg: range(row.adult_single_from_mg, row.adult_single_to_mg),
    intervalHours: range(row.adult_interval_from_h, row.adult_interval_to_h),
  },
  paediatric: {
    text: row.child_dose ?? '',
    mgPerKgPerDose: range(row.child_from_mg_per_kg, row.child_to_mg_per_kg),
    intervalHours: range(row.child_interval_from_h, row.child_interval_to_h),
    maxSingleMg: row.child_single_max_mg,
  },
  maxPerDay: { adultMg: row.max_day_adult_mg, paediatricMgPerKg: row.max_day_child_mg_per_kg },
  renal: row.renal ?? '',
  pregnancy: row.pregnancy ?? '',
  provenance: row.sources ?? [],
  verify: row.uncertain === true,
});

export interface PrescribingRows {
  drugs: readonly Drug[];
  rules: readonly Rule[];
  interactions: readonly Pair[];
}

/** What the checks of a prescription are given. A mark of what is no entry is never asked for. */
export function prescribingOf(rows: PrescribingRows): PrescribingReference {
  const used = {
    drug: inUse('reference_drugs', rows.drugs),
    allergy_rule: inUse('reference_allergy_rules', rows.rules),
    interaction: inUse('reference_interactions', rows.interactions),
  };
  const rules = [...used.allergy_rule.values()];
  const words = (row: { sources: string[] | null }) => (row.sources ?? []).join('; ');
  return {
    allergens: [...new Map(rules.map(({ allergen, name }) => [allergen, { id: allergen, name }])).values()],
    allergyRules: rules.flatMap((row) =>
      row.allergy_group === null
        ? []
        : [
            {
              allergen: row.allergen,
              group: row.allergy_group,
              level: row.level,
              note: row.meaning ?? '',
              source: words(row),
            },
          ],
    ),
    drugs: Array.from(used.drug.values(), drugOf),
    interactions: Array.from(used.interaction.values(), (row) => ({
      a: row.drug_a,
      b: row.drug_b,
      severity: row.severity,
      effect: row.effect,
      management: row.management ?? '',
      provenance: words(row),
    })),
    mark: (kind: EntryKind, key: string) => {
      const version: Version | undefined = used[kind].get(key);
      return version ? markOf(kind, version) : null;
    },
  };
}

interface Interval {
  sex: string;
  age_min: number;
  age_max: number;
  low: number | null;
  high: number | null;
}

const testOf = (row: Test): LabTestEntry => ({
  id: row.entry_key,
  name: row.name,
  resultType: row.result_type,
  unit: row.unit,
  altUnit:
    row.alt_unit !== null && row.alt_unit_factor !== null ? { unit: row.alt_unit, multiplyBy: row.alt_unit_factor } : null,
  reference: ((row.intervals ?? []) as unknown as readonly Interval[]).map(({ sex, age_min, age_max, low, high }) => ({
    sex,
    ageMinY: age_min,
    ageMaxY: age_max,
    low,
    high,
  })),
  critical: row.critical_low === null && row.critical_high === null ? null : { low: row.critical_low, high: row.critical_high },
  options: row.options,
  abnormalOptions: row.abnormal_options,
  criticalOptions: row.critical_options,
});

/** What the flags of the laboratory are given. */
export function laboratoryOf(rows: readonly Test[]): LabReference {
  const used = inUse('reference_lab_tests', rows);
  return {
    tests: Array.from(used.values(), testOf),
    mark: (id) => {
      const version = used.get(id);
      return version ? markOf('lab_test', version) : null;
    },
  };
}

const rowsOf = <R>(shipped: ReturnType<typeof shippedDrugs>, kind: ReferenceKind): readonly R[] =>
  asVersions(shipped, kind) as unknown as readonly R[];

/** The shipped medicines as rows: for a device to which no version has come yet, and for tests. */
export function shippedPrescribing(file: object): PrescribingRows {
  const shipped = shippedDrugs(file as DrugsJson);
  return {
    drugs: rowsOf(shipped, 'reference_drugs'),
    rules: rowsOf(shipped, 'reference_allergy_rules'),
    interactions: rowsOf(shipped, 'reference_interactions'),
  };
}

/** The shipped tests as rows. */
export const shippedLaboratory = (file: object): readonly Test[] =>
  rowsOf(shippedLabs(file as LabsJson), 'reference_lab_tests');
