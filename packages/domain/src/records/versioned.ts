import { NOBODY, type RecordAccess, type Role, rolesOf, type Scope } from '../access.ts';
import { flag, instant, integer, link, note, text, texts } from '../fields.ts';
import type { CheckRule, LockRule, UniqueRule } from '../record.ts';

/**
 * What every version of an entry of the reference data has (docs/decisions/0031-reference-data-as-versioned-records.md). A row is one version and never
 * changes, but for its signature; an edit is a further row. Which of the versions of an entry is in use follows from them: `reference/versions.ts`.
 */
export const versionFields = {
  entry_key: text('Entry', { required: true, hidden: true, help: 'The same for every version of an entry: amoxicillin.' }),
  release: integer('Release', {
    least: 0,
    most: 9999,
    required: true,
    hidden: true,
    help: 'Of the shipped reference: with which it came, or which its author had seen. 0: none had it.',
  }),
  edit: integer('Edit', {
    least: 0,
    most: 9999,
    required: true,
    hidden: true,
    help: 'Edits made here on that release are numbered from 1; what was shipped has 0.',
  }),
  shipped: flag('Shipped', { merge: 'server', hidden: true, help: 'As it came with the app.' }),
  withdrawn: flag('No longer used', { help: 'The checks then do not know the entry. What used it keeps it.' }),
  sources: texts('Sources', { max: 300, help: 'Who says so: title and year, one on each line.' }),
  edit_reason: note('Why it was changed', { max: 1000 }),
  is_reviewed: flag('Reviewed', { merge: 'field', hidden: true }),
  reviewed_by: link('Reviewed by', 'users', { merge: 'server', stamp: { as: 'who', of: 'is_reviewed' } }),
  reviewed_at: instant('Reviewed', { merge: 'server', stamp: { as: 'when', of: 'is_reviewed' } }),
};

/** The rules of every version, named after its record. */
export const versionRules = (name: string): { checks: CheckRule[]; unique: UniqueRule[]; locks: LockRule[] } => ({
  checks: [
    {
      name: `${name}_shipped_or_edited`,
      fields: ['edit'],
      say: 'Only what was shipped has no number of an edit.',
      sql: '(edit = 0) = coalesce(shipped, false)',
      test: (row) => (row.edit === 0) === (row.shipped === true),
    },
    {
      name: `${name}_edit_explained`,
      fields: ['edit_reason'],
      say: 'Say why it is changed.',
      sql: 'edit = 0 or edit_reason is not null',
      test: (row) => row.edit === 0 || row.edit_reason !== null,
    },
  ],
  unique: [
    {
      name: `${name}_version_once`,
      fields: ['entry_key', 'release', 'edit'],
      say: 'Somebody else changed this entry meanwhile. Look at their version, and change that one.',
    },
  ],
  locks: [
    {
      name: `${name}_signed`,
      when: { field: 'is_reviewed', is: [true] },
      fields: ['is_reviewed'],
      say: 'This version was reviewed and signed, and stays so; a change makes a new version.',
    },
  ],
});

/** Everybody who is sent the scope reads it; the reviewers write versions and sign them. Versions are never removed: what used them names them. */
export const versionAccess = (scope: Scope, reviewers: readonly Role[]): RecordAccess => ({
  read: rolesOf(scope),
  create: reviewers,
  edit: reviewers,
  retract: NOBODY,
  guards: [{ about: 'review and sign', fields: ['is_reviewed'], roles: reviewers }],
});

/** That the first of two amounts is not above the second, where both are given. */
export const inOrder = (name: string, from: string, to: string, say: string): CheckRule => ({
  name,
  fields: [to],
  say,
  sql: `${from} <= ${to}`,
  test: (row) => typeof row[from] !== 'number' || typeof row[to] !== 'number' || row[from] <= row[to],
});
