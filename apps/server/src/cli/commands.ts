import type { Command } from './command.ts';

interface Entry {
  name: string;
  summary: string;
  /** Loaded when asked for: a calculator needs no database driver. */
  load(): Promise<{ default: Command }>;
}

/** Every command of `psa`, in the order of the help. A new one is a line here and a file beside. */
export const COMMANDS: readonly Entry[] = [
  { name: 'start', summary: 'runs the server', load: () => import('./start.ts') },
  { name: 'migrate', summary: 'brings the database up to date', load: () => import('./migrate.ts') },
  { name: 'seed', summary: 'gives an empty database its hospital, or a demonstration ward', load: () => import('./seed.ts') },
  { name: 'doctor', summary: 'looks whether all is well, and says what to do', load: () => import('./doctor.ts') },
  { name: 'user', summary: 'the accounts of the hospital', load: () => import('./user.ts') },
  { name: 'backup', summary: 'makes an encrypted backup, lists and checks them', load: () => import('./backup.ts') },
  { name: 'restore', summary: 'restores into a fresh place and compares', load: () => import('./restore.ts') },
  {
    name: 'verify-audit',
    summary: 'follows the audit trail and says where it was altered',
    load: () => import('./verify-audit.ts'),
  },
  { name: 'keys', summary: 'changes the secret of the server', load: () => import('./keys.ts') },
  { name: 'patient-pack', summary: 'everything about one patient, for that patient', load: () => import('./patient-pack.ts') },
  { name: 'retention', summary: 'which records are past their time; removes nothing', load: () => import('./retention.ts') },
  {
    name: 'breach-report',
    summary: 'a draft of a breach notice, from the audit trail',
    load: () => import('./breach-report.ts'),
  },
  { name: 'export', summary: 'writes every record of the hospital into one file', load: () => import('./export.ts') },
  { name: 'import', summary: 'takes in such a file, or FHIR', load: () => import('./import.ts') },
  { name: 'import-fhir', summary: 'imports patients and allergies from FHIR', load: () => import('./import-fhir.ts') },
  {
    name: 'migrate-legacy',
    summary: 'takes over what an earlier app kept',
    load: () => import('./migrate-legacy.ts'),
  },
  { name: 'calc', summary: 'runs a file of test vectors through the clinical rules', load: () => import('./calc.ts') },
];
