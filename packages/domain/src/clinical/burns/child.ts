/** Burn formulas count as adults from this age; practice differs. Source: ABLS 2018. */
const ADULT_FROM_YEARS = 14;
/** Up to this weight a child needs sugar and a higher urine goal; units differ between 20 and 40 kg. */
const SMALL_UP_TO_KG = 30;

export const isChild = (ageYears: number): boolean => ageYears < ADULT_FROM_YEARS;

/** A child whose burn fluid is given beside maintenance, and whose urine goal is that of a small child. */
export const isSmallChild = (ageYears: number, weightKg: number): boolean => isChild(ageYears) && weightKg <= SMALL_UP_TO_KG;
