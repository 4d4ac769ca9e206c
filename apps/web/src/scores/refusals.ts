/** Why there is no result, in words, with unit and range. Pure. */
import type { AnswerItem, Calculator, InputSpec, Refusal } from '@psa/domain/clinical';

/** Bounds further out than this are none for people. */
const FAR = 1e8;

const withUnit = (value: number | string, unit: string | undefined) => (unit ? `${value} ${unit}` : String(value));

/** `1 to 400 kg`, `above 0, up to 100 %`; empty where there are no bounds for people. */
export function rangeWords(bounds: { min: number; max: number; exclusiveMin?: boolean; unit?: string }): string {
  const { min, max, exclusiveMin, unit } = bounds;
  if (min <= -FAR && max >= FAR) return unit ? `in ${unit}` : '';
  if (exclusiveMin) return `above ${min}, up to ${withUnit(max, unit)}`;
  return `${min} to ${withUnit(max, unit)}`;
}

/** What an input or item allows, in words; empty where words beside it say so already. */
function allowedWords(spec: InputSpec | AnswerItem): string {
  return 'min' in spec && 'max' in spec ? rangeWords(spec) : '';
}

/** The input, or item of one, that a refusal names. */
function named(calculator: Calculator, field: string): InputSpec | AnswerItem | undefined {
  const [name = '', id] = field.split('.');
  const spec: InputSpec | undefined = Object.hasOwn(calculator.inputs, name) ? calculator.inputs[name] : undefined;
  if (id === undefined || spec?.type !== 'object') return spec;
  return Object.hasOwn(spec.items, id) ? spec.items[id] : undefined;
}

/** What a field, or `field.item`, is called; undefined for what only the rule knows by that name. */
export const fieldLabel = (calculator: Calculator, field: string): string | undefined => named(calculator, field)?.label;

/** The sentence for a refusal by the rule: of one field, or of answers that do not agree. */
export function refusalWords(calculator: Calculator, { error }: Refusal): string {
  const spec = named(calculator, error.field);
  const allowed = spec ? allowedWords(spec) : '';
  switch (error.code) {
    case 'MISSING_INPUT':
      return `${spec?.label ?? error.field} is needed${allowed && `: ${allowed}`}.`;
    case 'INVALID_VALUE':
      return allowed ? `This is not a value that counts here; ${allowed}.` : 'This is not a value that counts here.';
    case 'OUT_OF_RANGE':
      return allowed ? `This must be ${allowed}.` : 'This is out of range.';
    case 'INCONSISTENT':
      if (error.field === 'sum') return 'The percentages must add up to 100.';
      return 'This does not agree with the other answers.';
  }
}
