/** Why a calculator gives no result. Never a guess instead. */
export type RefusalCode = 'MISSING_INPUT' | 'INVALID_VALUE' | 'OUT_OF_RANGE' | 'INCONSISTENT';

export interface Refusal {
  error: { code: RefusalCode; field: string };
}

export const refuse = (code: RefusalCode, field: string): Refusal => ({ error: { code, field } });

/** A result may have no key `error` of its own. */
export const isRefusal = (value: object): value is Refusal => 'error' in value;
