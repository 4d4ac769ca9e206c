/** Values of entries in words, where the general words would be a structure. Pure. */
import type { Json, RecordDef } from '@psa/domain';
import { contentOf, differences, type ReferenceKind } from '@psa/domain/reference';
import { labelOf, type Saying, sayValue } from '../../record/values.ts';
import type { AnyVersion } from './kinds.ts';

interface Interval {
  sex: string;
  age_min: number;
  age_max: number;
  low: number | null;
  high: number | null;
}

const bounds = ({ low, high }: Interval): string =>
  low === null ? `up to ${high}` : high === null ? `${low} and above` : `${low} to ${high}`;

/** `male, 18 to 120 years: 13 to 17`, one on each line. */
export const sayIntervals = (value: Json | undefined): string | undefined =>
  Array.isArray(value) && value.length > 0
    ? (value as unknown as readonly Interval[])
        .map((one) => `${one.sex}, ${one.age_min} to ${one.age_max} years: ${bounds(one)}`)
        .join('\n')
    : undefined;

function sayField(def: RecordDef, field: string, value: Json | undefined, how: Saying): string | undefined {
  if (field === 'intervals') return sayIntervals(value);
  return Array.isArray(value) ? value.join('\n') || undefined : sayValue(def.fields[field], value, how);
}

interface Compared {
  field: string;
  label: string;
  ours: string | undefined;
  other: string | undefined;
}

/** The fields in which two versions differ, in words. */
export const compare = (kind: ReferenceKind, def: RecordDef, ours: AnyVersion, other: AnyVersion, how: Saying): Compared[] => {
  const differ = differences(kind, ours, other);
  return contentOf(kind)
    .filter((field) => differ.includes(field))
    .map((field) => ({
      field,
      label: labelOf(def, field),
      ours: sayField(def, field, ours[field] as Json, how),
      other: sayField(def, field, other[field] as Json, how),
    }));
};
