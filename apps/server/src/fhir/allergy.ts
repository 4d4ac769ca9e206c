import type { Patch } from '@psa/domain';
import { clean, codesOf, type NoPlace, wordsOf } from './patient.ts';
import type { FhirAllergy } from './shapes.ts';

/** SNOMED CT: no known allergy. Statements about drugs or food only are narrower and have no place. */
const NO_KNOWN_ALLERGY = '716186003';
const NARROWER_ABSENCES = ['409137002', '428607008', '429625007', '428197003', '1003774007'];
const CATEGORIES: Readonly<Record<string, string>> = {
  medication: 'Drug',
  biologic: 'Drug',
  food: 'Food',
  environment: 'Environment',
  other: 'Other',
};
const SEVERITIES: Readonly<Record<string, string>> = { mild: 'Mild', moderate: 'Moderate', severe: 'Severe' };
const WORST_FIRST = ['severe', 'moderate', 'mild'];
const READ = new Set([
  'resourceType',
  'id',
  'patient',
  'code',
  'substance',
  'status',
  'clinicalStatus',
  'verificationStatus',
  'category',
  'reaction',
]);

const wordOf = (status: FhirAllergy['clinicalStatus']): string | undefined =>
  typeof status === 'string' ? status : codesOf(status)[0];

/** The fields of an allergy, without its patient; null when the source withdrew it or says what has no place here. */
export function allergyFrom(source: FhirAllergy, noPlace: NoPlace): Patch | null {
  const said = [wordOf(source.verificationStatus), wordOf(source.clinicalStatus), source.status];
  if (said.includes('entered-in-error')) {
    noPlace('AllergyIntolerance entered in error');
    return null;
  }
  const what = source.code ?? source.substance;
  if (codesOf(what).some((code) => NARROWER_ABSENCES.includes(code))) {
    noPlace(`AllergyIntolerance "${wordsOf(what) ?? 'no known allergy of one kind'}"`);
    return null;
  }
  for (const key of Object.keys(source)) if (!READ.has(key)) noPlace(`AllergyIntolerance.${key}`);
  const none = codesOf(what).includes(NO_KNOWN_ALLERGY);
  const patch: Patch = { assertion: none ? 'No known allergies' : 'Allergy' };
  const put = (field: string, value: string | undefined) => {
    if (value !== undefined) patch[field] = value;
  };
  if (!none) put('substance', wordsOf(what));
  const category = Array.isArray(source.category) ? source.category[0] : source.category;
  if (!none) put('category', CATEGORIES[category ?? '']);
  const reactions = source.reaction ?? [];
  const seen = reactions.flatMap((one) => (one.manifestation ?? []).map(wordsOf)).filter((word) => word !== undefined);
  put('reaction', clean([...new Set(seen)].join(', ')));
  const worst = WORST_FIRST.find((severity) => reactions.some((one) => one.severity === severity));
  put('severity', SEVERITIES[worst ?? '']);
  const status = said.includes('refuted')
    ? 'Refuted'
    : said.some((s) => s === 'resolved' || s === 'inactive')
      ? 'Resolved'
      : 'Active';
  patch.status = status;
  if (status !== 'Active') patch.status_reason = `Recorded as ${status.toLowerCase()} by the system it was imported from.`;
  return patch;
}
