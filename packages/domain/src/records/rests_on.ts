/** What a medicine, an operation and a Sign In rest on: of two versions of the allergies none can be relied on. */
export const ALLERGIES = [{ kind: 'patient_allergies' }, { kind: 'patients', fields: ['allergies'] }] as const;
