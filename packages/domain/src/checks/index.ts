export { type DrugEntry, type EntryKind, type PrescribingReference, shippedPrescribing } from './drug-reference.ts';
export type { DraftLine, PrescribingFacts, Recorded, RecordedAllergy } from './facts.ts';
export { bySeverity, type EntryMark, entryWords, type Finding, type FindingSeverity, overruledWords } from './finding.ts';
export { checkPrescription } from './prescription.ts';
export { checkProphylaxis, type Prophylaxis, type ProphylaxisFinding } from './prophylaxis.ts';
export {
  type Flagged,
  flagResult,
  isCritical,
  type LabReference,
  type LabTestEntry,
  type ResultFlag,
  shippedLabs,
} from './result.ts';
export { checkUnit, type UnitFit } from './unit.ts';
