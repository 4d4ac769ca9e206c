/** The shipped files as versions of entries, in the fields of their records. Pure. */
import type { Patch } from '../record.ts';
import { contentOf, type ReferenceKind } from './versions.ts';

export interface ShippedEntry {
  kind: ReferenceKind;
  key: string;
  /** Every field that says something; null where the file says nothing. */
  content: Patch;
}

/** What one file brings. */
export interface Shipped {
  /** Counts up whenever the file changes. */
  release: number;
  kinds: readonly ReferenceKind[];
  entries: readonly ShippedEntry[];
}

interface DrugJson {
  id: string;
  name: string;
  drugClass: string;
  allergyGroups: string[];
  routes: string[];
  adult: { text: string; singleMg: number[] | null; intervalHours: number[] | null };
  paediatric: {
    text: string;
    mgPerKgPerDose: number[] | null;
    intervalHours: number[] | null;
    maxSingleMg: number | null;
  };
  maxPerDay: { adultMg: number | null; paediatricMgPerKg: number | null };
  renal: string;
  pregnancy: string;
  /** `verify`: whether it is, is not sure. */
  whoEml2023: boolean | string;
  provenance: string[];
  verify: boolean;
  note: string;
}

export interface DrugsJson {
  release: number;
  allergens: { id: string; name: string }[];
  allergyRules: { allergen: string; group: string; level: string; note: string; source: string }[];
  drugs: DrugJson[];
  interactions: {
    id: string;
    a: string;
    b: string;
    severity: string;
    effect: string;
    management: string;
    provenance: string;
  }[];
}

interface TestJson {
  id: string;
  name: string;
  group: string;
  panel: string | null;
  resultType: string;
  specimen: string | null;
  container: string | null;
  unit: string | null;
  decimals: number | null;
  altUnit: { unit: string; multiplyBy: number } | null;
  reference: { sex: string; ageMinY: number; ageMaxY: number; low: number | null; high: number | null }[];
  critical: { low: number | null; high: number | null } | null;
  options: string[] | null;
  abnormalOptions: string[] | null;
  criticalOptions: string[] | null;
  loinc: { code: string | null; display: string | null; status: string };
  note: string;
}

export interface LabsJson {
  release: number;
  provenance: { sources: string[] };
  tests: TestJson[];
}

interface ProceduresJson {
  release: number;
  provenance: { method: string; sources: string[] };
  procedures: {
    id: string;
    name: string;
    category: string;
    magnitude: string;
    typicalMinutes: number;
    anaesthesia: string[];
    woundClassDefault: string;
    antibioticProphylaxis: string;
    bloodPreparation: string;
    sideRequired: boolean;
    flapMonitoring: boolean;
    implant: boolean;
    countsRequired: boolean;
    icd10Candidates: string[];
    icd11Candidates: string[];
  }[];
}

interface ConsumablesJson {
  release: number;
  provenance: { method: string };
  items: {
    id: string;
    name: string;
    category: string;
    unit: string;
    reorderLevel: number;
    parLevel: number;
    criticality: string;
    latexFree: boolean | null;
    tracksExpiry: boolean;
    tracksLot: boolean;
  }[];
}

interface CmeJson {
  release: number;
  provenance: { method: string };
  topics: { id: string; year: number; stage: string; domain: string; title: string; objectives: string[] }[];
  mcqs: {
    id: string;
    topicId: string;
    difficulty: string;
    stem: string;
    options: Record<string, string>;
    answer: string;
    explanation: string;
    reference: string;
  }[];
}

/** Every field of the kind, so that two releases compare field by field; text that says nothing is null. */
function entry(kind: ReferenceKind, key: string, said: Patch): ShippedEntry {
  const content = Object.fromEntries(
    contentOf(kind).map((field) => [field, said[field] === '' ? null : (said[field] ?? null)]),
  );
  return { kind, key, content };
}

const RULES = 'reference_allergy_rules';

/** Medicines, allergy rules and interactions. An allergen without a rule is one too: it is known by name, and says nothing of medicines. */
export function shippedDrugs({ release, allergens, allergyRules, drugs, interactions }: DrugsJson): Shipped {
  const named = (id: string) => allergens.find((one) => one.id === id)?.name ?? id;
  const bare = allergens.filter(({ id }) => !allergyRules.some(({ allergen }) => allergen === id));
  const entries = [
    ...drugs.map((drug) =>
      entry('reference_drugs', drug.id, {
        name: drug.name,
        drug_class: drug.drugClass,
        allergy_groups: drug.allergyGroups,
        routes: drug.routes,
        adult_dose: drug.adult.text,
        adult_single_from_mg: drug.adult.singleMg?.at(0) ?? null,
        adult_single_to_mg: drug.adult.singleMg?.at(-1) ?? null,
        adult_interval_from_h: drug.adult.intervalHours?.at(0) ?? null,
        adult_interval_to_h: drug.adult.intervalHours?.at(-1) ?? null,
        max_day_adult_mg: drug.maxPerDay.adultMg,
        child_dose: drug.paediatric.text,
        child_from_mg_per_kg: drug.paediatric.mgPerKgPerDose?.at(0) ?? null,
        child_to_mg_per_kg: drug.paediatric.mgPerKgPerDose?.at(-1) ?? null,
        child_single_max_mg: drug.paediatric.maxSingleMg,
        child_interval_from_h: drug.paediatric.intervalHours?.at(0) ?? null,
        child_interval_to_h: drug.paediatric.intervalHours?.at(-1) ?? null,
        max_day_child_mg_per_kg: drug.maxPerDay.paediatricMgPerKg,
        renal: drug.renal,
        pregnancy: drug.pregnancy,
        on_who_list: typeof drug.whoEml2023 === 'boolean' ? drug.whoEml2023 : null,
        uncertain: drug.verify,
        remarks: drug.note,
        sources: drug.provenance,
      }),
    ),
    ...allergyRules.map(({ allergen, group, level, note, source }) =>
      entry(RULES, `${allergen}+${group}`, {
        allergen,
        name: named(allergen),
        allergy_group: group,
        level,
        meaning: note,
        sources: [source],
      }),
    ),
    ...bare.map(({ id, name }) => entry(RULES, id, { allergen: id, name, level: 'none' })),
    ...interactions.map(({ a, b, severity, effect, management, provenance }) =>
      entry('reference_interactions', [a, b].sort().join('+'), {
        drug_a: a,
        drug_b: b,
        severity,
        effect,
        management,
        sources: [provenance],
      }),
    ),
  ];
  return { release, kinds: ['reference_drugs', RULES, 'reference_interactions'], entries };
}

export function shippedLabs({ release, provenance, tests }: LabsJson): Shipped {
  const entries = tests.map((test) =>
    entry('reference_lab_tests', test.id, {
      name: test.name,
      test_group: test.group,
      panel: test.panel,
      result_type: test.resultType,
      specimen: test.specimen,
      container: test.container,
      unit: test.unit,
      decimals: test.decimals,
      alt_unit: test.altUnit?.unit ?? null,
      alt_unit_factor: test.altUnit?.multiplyBy ?? null,
      intervals:
        test.reference.length === 0
          ? null
          : test.reference.map(({ sex, ageMinY, ageMaxY, low, high }) => ({
              sex,
              age_min: ageMinY,
              age_max: ageMaxY,
              low,
              high,
            })),
      critical_low: test.critical?.low ?? null,
      critical_high: test.critical?.high ?? null,
      options: test.options,
      abnormal_options: test.abnormalOptions,
      critical_options: test.criticalOptions,
      loinc_code: test.loinc.code,
      loinc_name: test.loinc.display,
      loinc_status: test.loinc.status,
      remarks: test.note,
      sources: provenance.sources,
    }),
  );
  return { release, kinds: ['reference_lab_tests'], entries };
}

export function shippedProcedures({ release, provenance, procedures }: ProceduresJson): Shipped {
  const entries = procedures.map((one) =>
    entry('reference_procedures', one.id, {
      name: one.name,
      category: one.category,
      magnitude: one.magnitude,
      typical_minutes: one.typicalMinutes,
      anaesthesia: one.anaesthesia,
      wound_class: one.woundClassDefault,
      antibiotic: one.antibioticProphylaxis,
      blood: one.bloodPreparation,
      side_required: one.sideRequired,
      flap_monitoring: one.flapMonitoring,
      implant: one.implant,
      counts_required: one.countsRequired,
      icd10: one.icd10Candidates,
      icd11: one.icd11Candidates,
      sources: provenance.sources,
    }),
  );
  return { release, kinds: ['reference_procedures'], entries };
}

export function shippedConsumables({ release, provenance, items }: ConsumablesJson): Shipped {
  const entries = items.map((one) =>
    entry('reference_consumables', one.id, {
      name: one.name,
      category: one.category,
      unit: one.unit,
      reorder_level: one.reorderLevel,
      par_level: one.parLevel,
      criticality: one.criticality,
      latex_free: one.latexFree,
      tracks_expiry: one.tracksExpiry,
      tracks_lot: one.tracksLot,
      sources: [provenance.method],
    }),
  );
  return { release, kinds: ['reference_consumables'], entries };
}

/** Lessons, and questions with their keys. */
export function shippedCme({ release, provenance, topics, mcqs }: CmeJson): Shipped {
  const entries = [
    ...topics.map(({ id, title, domain, year, stage, objectives }) =>
      entry('reference_lessons', id, {
        name: title,
        domain,
        training_year: year,
        stage,
        objectives,
        sources: [`Unit outline, ${provenance.method}`],
      }),
    ),
    ...mcqs.map(({ id, topicId, stem, options, answer, explanation, difficulty, reference }) =>
      entry('reference_questions', id, {
        lesson_key: topicId,
        name: stem,
        options: Object.keys(options)
          .sort()
          .map((letter) => options[letter] ?? ''),
        answer,
        explanation,
        difficulty,
        sources: [reference],
      }),
    ),
  ];
  return { release, kinds: ['reference_lessons', 'reference_questions'], entries };
}

/** A shipped entry as a row of this kind would hold it: what is used where no version has arrived yet. */
export const asVersions = ({ release, entries }: Shipped, kind: ReferenceKind) =>
  entries
    .filter((one) => one.kind === kind)
    .map(({ key, content }) => ({
      ...content,
      id: '',
      entry_key: key,
      release,
      edit: 0,
      shipped: true,
      withdrawn: null,
      is_reviewed: null,
    }));
