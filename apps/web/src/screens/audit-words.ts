/** The audit trail in words. Pure. */
import { type Json, recordOf } from '@psa/domain';

/** What an entry says was done, in the words of the people who look at it. */
export const ACTION_WORDS: Readonly<Record<string, string>> = {
  create: 'Added',
  edit: 'Changed',
  retract: 'Removed',
  restore: 'Brought back',
  derive: 'Worked out by the server',
  read: 'Opened',
  list: 'Read a list of',
  search: 'Searched',
  copy: 'Fetched a copy for a device',
  summary: 'Read a summary of',
  ai_chat: 'Asked the language model',
  ai_chat_end: 'Was answered by the language model',
  ai_test: 'Tried the language model',
  ai_key_kept: 'Gave the key of the language model',
  ai_key_removed: 'Removed the key of the language model',
  export: 'Exported',
  emergency: 'Opened in an emergency the record of',
  emergency_read: 'Read in an emergency the record of',
  emergency_end: 'Closed after an emergency the record of',
  end_session: 'Ended sessions of',
  second_factor: 'Changed second factors of',
  hand_in: 'Handed in unsent work of',
  release: 'Released held work of',
  refuse: 'Was refused a change of',
  settle: 'Settled',
  withdraw: 'Gave up a refused change of',
  login: 'Signed in',
  login_failed: 'Failed to sign in',
  logout: 'Signed out',
  password: 'Changed the own password',
  approve: 'Approved an account',
  unapprove: 'Withdrew an approval',
  activate: 'Opened an account',
  deactivate: 'Closed an account',
  audit: 'Looked into the trail',
};

/** Actions that say by themselves what was done. */
const ALONE = [
  'login',
  'login_failed',
  'logout',
  'password',
  'approve',
  'unapprove',
  'activate',
  'deactivate',
  'audit',
  'copy',
];

/** One entry as the beginning of a sentence: what was done to what. */
export function deedOf({ action, table_name }: { action: string; table_name: string | null }): string {
  const words = Object.hasOwn(ACTION_WORDS, action) ? (ACTION_WORDS[action] ?? action) : action;
  if (table_name === null || ALONE.includes(action) || action.startsWith('ai_')) return words;
  const def = recordOf(table_name);
  if (!def) return `${words} ${table_name}`;
  return `${words} ${(action === 'list' || action === 'search' ? def.titles : def.title).toLowerCase()}`;
}

/** What a reading of a patient's record opened. */
export function lookOf({ action, table_name }: { action: string; table_name: string | null }): string {
  if (action === 'read' && table_name === 'patients') return 'Opened the record';
  if (action === 'summary') return 'Read a summary';
  if (action === 'emergency_read') return 'Read the whole record in an emergency';
  const def = table_name === null ? undefined : recordOf(table_name);
  const what = (def?.titles ?? table_name ?? 'the record').toLowerCase();
  return action === 'export' ? `Exported ${what}` : `Read ${what}`;
}

export interface Line {
  field: string;
  before: Json;
  after: Json;
}

const fieldsOf = (values: Json): Record<string, Json> =>
  values !== null && typeof values === 'object' && !Array.isArray(values) ? values : {};

/** Before and after, field by field, in the order of the record; fields that it does not have come last. */
export function linesOf(old_values: Json, new_values: Json, order: readonly string[] = []): Line[] {
  const [before, after] = [fieldsOf(old_values), fieldsOf(new_values)];
  const named = new Set([...Object.keys(before), ...Object.keys(after)]);
  const fields = new Set([...order.filter((field) => named.has(field)), ...named]);
  return [...fields].map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }));
}

/** What the filters of the page ask for. */
export interface Asked {
  user_id: string;
  table_name: string;
  action: string;
  record_id: string;
  from: string;
  to: string;
}

/** The query of a search; what is empty asks for nothing. `from` and `to` are instants here. */
export function queryOf(asked: Asked, cursor: string | null): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== '') query.set(name, value);
  if (cursor !== null) query.set('cursor', cursor);
  return query.toString();
}
