export {
  laboratoryOf,
  prescribingOf,
  shippedLaboratory,
  shippedPrescribing,
} from '../reference/given.ts';
export type { DrugEntry, EntryKind, PrescribingReference } from './drug-reference.ts';
export type { DraftLine, PrescribingFacts, Recorded, RecordedAllergy } from './facts.ts';
export { bySeverity, type EntryMark, entryWords, type Finding, type FindingSeverity, overruledWords } from './finding.ts';
export { checkPrescription, entriesUsed } from './prescription.ts';
export { checkProphylaxis, type Prophylaxis, type ProphylaxisFinding } from './prophylaxis.ts';
export {
  type Flagged,
  flagResult,
  isCritical,
  type LabReference,
  type LabTestEntry,
  type ResultFlag,
} from './result.ts';
export { checkUnit, type UnitFit } from './unit.ts';
