import { defineCalculator } from '../calculator.ts';
import { text } from '../input.ts';
import { refuse } from '../refusal.ts';

/** What people put between digits: spaces, brackets, dots, hyphens. */
const BETWEEN = /[\s()[\].-]/g;
/** A country code or none, one trunk zero or none, then the ten digits of a mobile number. */
const MOBILE = /^(?:\+234|00234|234)?0?([789][01]\d{8})$/;

/** A Nigerian mobile number as E.164 (+234 and ten digits). Landlines are refused. */
export const phoneNg = defineCalculator({
  id: 'phone_ng',
  title: 'Nigerian mobile number',
  about: 'A Nigerian mobile number in the international form.',
  version: '1.0',
  system: 'Administration',
  words: ['phone', 'telephone', 'mobile', 'E.164', 'GSM'],
  sources: [{ cite: 'ITU-T E.164; numbering plan of Nigeria', year: 2010 }],
  licence: null,
  sign: ['data protection officer'],
  inputs: { input: text('Number', { help: 'For example 0803 123 4567 or +234 803 123 4567.' }) },
  outputs: { e164: { label: 'International form', type: 'text' } },
  headline: { value: 'e164' },
  limits: ['It does not say that the number is in use, or whose it is.', 'Landlines are kept elsewhere.'],
  compute({ input }) {
    const digits = MOBILE.exec(input.replace(BETWEEN, ''))?.[1];
    return digits === undefined ? refuse('INVALID_VALUE', 'input') : { e164: `+234${digits}` };
  },
  working: ({ input }, { e164 }) => [
    `${input.trim()}: without spaces, brackets, dots, hyphens, country code and trunk zero, then +234 in front: ${String(e164)}`,
  ],
});
