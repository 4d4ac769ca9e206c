/**
 * What a calculator asks. An input is a plain value, from which the check, the form, the REST schema and the page in the docs are drawn.
 * No input has a default: what was not answered is missing.
 */

/** A fact the record may already hold; the form offers it with its date, to be confirmed or changed. */
export type Fact =
  | 'age_years'
  | 'sex'
  | 'weight_kg'
  | 'height_cm'
  | 'creatinine'
  | 'haemoglobin'
  | 'albumin'
  | 'tbsa_pct'
  | 'injury_at'
  | 'blood_group'
  | 'genotype'
  | 'now';

interface Asked {
  /** Words beside the field; sentence case, no colon. */
  label: string;
  /** One sentence under the field. */
  help?: string;
  optional?: boolean;
  /** Asked for only when that input has one of these values. */
  requiredWhen?: { field: string; is: readonly string[] };
  fact?: Fact;
}

/** The words of each allowed value, in the order shown. */
type Words = Readonly<Record<string, string>>;

export interface NumberSpec extends Asked {
  type: 'number' | 'integer';
  min: number;
  max: number;
  /** The least value itself is out of range. */
  exclusiveMin?: boolean;
  unit?: string;
  /** Words for whole numbers that are steps of a scale (1: 'Completely limited'); the form shows them as choices. */
  steps?: Readonly<Record<number, string>>;
  /** Texts that are answers besides numbers (`NT`: not testable), with their words. */
  alsoAllow?: Words;
}

export interface ChoiceSpec extends Asked {
  type: 'enum';
  values: Words;
}

export interface YesNoSpec extends Asked {
  type: 'boolean';
}

/** ISO 8601 with zone offset. */
export interface InstantSpec extends Asked {
  type: 'datetime';
  /** It is over or under way: the form refuses a moment that has not come. The rule itself has no clock. */
  happened?: boolean;
}

export interface TextSpec extends Asked {
  type: 'string';
  /** What there is to choose from, by id; the calculator refuses others. Without it the text is free. */
  offered?: Words;
}

/** Any number of the values, each at most once in what the calculator is given. */
export interface SeveralSpec extends Asked {
  type: 'array<enum>';
  values: Words;
}

/** Exactly as many whole numbers as there are items, in their order. */
export interface IntegersSpec extends Asked {
  type: 'array<integer>';
  min: number;
  max: number;
  items: readonly string[];
}

export interface TextsSpec extends Asked {
  type: 'array<string>';
  /** What there is to choose from, by id; the calculator refuses others. */
  offered?: Words;
}

/** Answers by the id of an item; the calculator itself says which items there are and what each may be. */
export interface AnswersSpec extends Asked {
  type: 'object';
  /** Items by id: words, and either the values allowed or the bounds of a number. */
  items: Readonly<Record<string, AnswerItem>>;
}

export type AnswerItem = (
  | { label: string; values: Words }
  | { label: string; min: number; max: number; integer?: boolean; unit?: string }
) & {
  /** Asked only when that input has one of these values; else its id is unknown. */
  when?: { field: string; is: readonly string[] };
};

export type InputSpec =
  | NumberSpec
  | ChoiceSpec
  | YesNoSpec
  | InstantSpec
  | TextSpec
  | SeveralSpec
  | IntegersSpec
  | TextsSpec
  | AnswersSpec;

export type Inputs = Readonly<Record<string, InputSpec>>;

/** An input whose checked value has type `T`. `value_type` carries the type only; it is never there at run time. */
export type Input<T, S extends InputSpec = InputSpec> = S & { readonly value_type?: T };

/** What a calculator computes with: checked; what is optional and was not given is null. Instants are milliseconds since 1970. */
export type ValuesOf<I extends Inputs> = {
  readonly [K in keyof I]: I[K] extends { readonly value_type?: infer T } ? Exclude<T, undefined> : never;
};

type More<S> = Omit<S, 'type' | 'label' | 'optional' | 'requiredWhen'>;
type Bounds = More<NumberSpec>;

export const number = (label: string, more: Bounds): Input<number, NumberSpec> => ({ type: 'number', label, ...more });

export const integer = (label: string, more: Bounds): Input<number, NumberSpec> => ({ type: 'integer', label, ...more });

/** A whole number, or one of the texts of `alsoAllow`. */
export const integerOr = <const W extends Words>(
  label: string,
  alsoAllow: W,
  more: Bounds,
): Input<number | (keyof W & string), NumberSpec> => ({ type: 'integer', label, alsoAllow, ...more });

export const choice = <const W extends Words>(
  label: string,
  values: W,
  more: Omit<More<ChoiceSpec>, 'values'> = {},
): Input<keyof W & string, ChoiceSpec> => ({ type: 'enum', label, values, ...more });

export const yesNo = (label: string, more: More<YesNoSpec> = {}): Input<boolean, YesNoSpec> => ({
  type: 'boolean',
  label,
  ...more,
});

export const instant = (label: string, more: More<InstantSpec> = {}): Input<number, InstantSpec> => ({
  type: 'datetime',
  label,
  ...more,
});

export const text = (label: string, more: More<TextSpec> = {}): Input<string, TextSpec> => ({ type: 'string', label, ...more });

export const several = <const W extends Words>(
  label: string,
  values: W,
  more: Omit<More<SeveralSpec>, 'values'> = {},
): Input<readonly (keyof W & string)[], SeveralSpec> => ({ type: 'array<enum>', label, values, ...more });

export const integers = (label: string, more: More<IntegersSpec>): Input<readonly number[], IntegersSpec> => ({
  type: 'array<integer>',
  label,
  ...more,
});

export const texts = (label: string, more: More<TextsSpec> = {}): Input<readonly string[], TextsSpec> => ({
  type: 'array<string>',
  label,
  ...more,
});

export const answers = (label: string, more: More<AnswersSpec>): Input<Readonly<Record<string, unknown>>, AnswersSpec> => ({
  type: 'object',
  label,
  ...more,
});

/** The same input, which may be left out. */
export const optional = <T, S extends InputSpec>(input: Input<T, S>): Input<T | null, S> =>
  ({ ...input, optional: true }) as InputSpec as Input<T | null, S>;

/** The same input, needed only when `field` has one of the values; looked at whenever it is given. */
export const when = <T, S extends InputSpec>(field: string, is: readonly string[], input: Input<T, S>): Input<T | null, S> =>
  ({ ...input, requiredWhen: { field, is } }) as InputSpec as Input<T | null, S>;
