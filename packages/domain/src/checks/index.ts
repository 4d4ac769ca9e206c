export { type DrugEntry, type EntryKind, type PrescribingReference, shippedPrescribing } from './drug-reference.ts';
export type { DraftLine, PrescribingFacts, Recorded, RecordedAllergy } from './facts.ts';
export { bySeverity, type EntryMark, entryWords, type Finding, type FindingSeverity, overruledWords } from './finding.ts';
export { checkPrescription } from './prescription.ts';
