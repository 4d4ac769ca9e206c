import { may, RECORDS, type RecordDef, type Role } from '@psa/domain';
import { chatBody } from '../ai/chat.ts';
import { settingsBody } from '../routes/ai-settings.ts';
import { SEARCH_PAGE_MAX } from '../routes/search.ts';
import type { Operation, Parameter } from './operation.ts';
import { rolesFor } from './records.ts';
import { flag, from, ID, list, MOMENT, object, orNull, ref, type Schema, text, whole } from './schema.ts';

const rolesWho = (action: 'read' | 'edit', def: unknown): Role[] => rolesFor((actor) => may(actor, action, def as RecordDef));

const patientId: Parameter = { name: 'id', in: 'path', about: 'The id of the patient.', schema: ID };
const only = (name: string, about: string, schema: Schema = text({ maxLength: 100 })): Parameter => ({
  name,
  in: 'query',
  about,
  schema,
});

const modelKnown = { configured: flag(), hasOpenAI: flag(), reason: orNull(text()), model: orNull(text()) };
const modelWhole = {
  ...modelKnown,
  provider: orNull(text()),
  endpoint: orNull(text()),
  other_models: orNull(list(text())),
  is_enabled: flag(),
  key: text({ enum: ['none', 'kept', 'cannot be opened'] }),
  key_ends: orNull(text()),
};
const model: Operation[] = [
  {
    method: 'get',
    path: '/api/ai/settings',
    tag: 'Language model',
    summary: 'Whether a language model may be asked',
    who: 'signed in',
    done: { status: 200, schema: object(modelKnown) },
    problems: [],
  },
  {
    method: 'get',
    path: '/api/ai/settings/full',
    tag: 'Language model',
    summary: 'The settings, without the key',
    who: rolesWho('edit', RECORDS.ai_settings),
    done: { status: 200, schema: object(modelWhole) },
    problems: [],
  },
  {
    method: 'post',
    path: '/api/ai/settings',
    tag: 'Language model',
    summary: 'Change the settings',
    about: 'The key is kept sealed and never given out. An empty key removes it.',
    who: rolesWho('edit', RECORDS.ai_settings),
    body: from(settingsBody),
    done: { status: 200, schema: object({ message: text(), ...modelWhole }) },
    problems: ['INVALID', 'CONFLICT', 'TAKEN', 'CONSTRAINT'],
  },
  {
    method: 'post',
    path: '/api/ai/settings/test',
    tag: 'Language model',
    summary: 'Ask the model for one word',
    who: rolesWho('edit', RECORDS.ai_settings),
    done: { status: 200, schema: object({ message: text(), model: text(), ms: whole() }) },
    problems: ['AI_OFF', 'AI_FAILED'],
  },
  {
    method: 'post',
    path: '/api/ai/chat',
    tag: 'Language model',
    summary: 'Ask the model',
    about:
      'Names, numbers, addresses and dates of birth are replaced before anything leaves, and put back in the answer, a chat completion. With stream: true it comes as server-sent events.',
    who: 'signed in',
    body: from(chatBody),
    done: { status: 200, schema: { type: 'object' } },
    problems: ['INVALID', 'NOT_FOUND', 'AI_OFF', 'AI_FAILED', 'TOO_MANY'],
  },
];

const summary: Record<string, Schema> = {
  patient_id: ID,
  admission_id: ID,
  drafted_by: text(),
  drafted_at: MOMENT,
  note: text(),
  sentences: list(
    object({
      section: text(),
      text: text(),
      sources: list(object({ kind: text(), id: orNull(ID), field: orNull(text()) })),
      missing: flag(),
    }),
  ),
  text: text(),
};
/** The path says whose; the rest is asked for in query or body. */
const summaryPath = '/api/patients/{id}/admission-summary';
/** Only a role that may write the whole stay keeps a summary of it. */
const stays = RECORDS.patient_admissions as unknown as RecordDef;

const summaries: Operation[] = [
  {
    method: 'get',
    path: summaryPath,
    tag: 'Summary of a stay',
    summary: 'Draft a summary from the record, by rules',
    about: 'Of the open stay, or the latest. Each sentence names the entries that it came from. No language model is asked.',
    who: rolesWho('read', stays),
    parameters: [patientId, only('admission_id', 'Of this stay.', ID)],
    done: { status: 200, schema: object(summary) },
    problems: ['INVALID', 'NOT_FOUND'],
  },
  {
    method: 'post',
    path: summaryPath,
    tag: 'Summary of a stay',
    summary: 'Keep the draft as the summary of the stay',
    who: rolesWho('edit', stays),
    parameters: [patientId],
    body: object({ admission_id: ID, row_version: whole({ minimum: 1 }) }, ['admission_id', 'row_version']),
    done: { status: 200, schema: object({ ...summary, patient_admission: ref('PatientAdmission') }) },
    problems: ['INVALID', 'NOT_FOUND', 'CONFLICT'],
  },
];

const search: Operation = {
  method: 'get',
  path: '/api/search/patients',
  tag: 'Search',
  summary: 'Find patients',
  about: 'By names in any order, also a little misspelt, hospital number or phone. The first `exact` hold what was typed.',
  who: rolesWho('read', RECORDS.patients),
  parameters: [
    { name: 'q', in: 'query', required: true, about: 'What was typed.', schema: text() },
    { name: 'limit', in: 'query', about: 'At most so many.', schema: whole({ minimum: 1, maximum: SEARCH_PAGE_MAX }) },
  ],
  done: { status: 200, schema: object({ patients: list(ref('Patient')), exact: whole({ minimum: 0 }), more: flag() }) },
  problems: ['INVALID'],
};

/** What helps to find and to sum up. */
export const assistanceOperations: readonly Operation[] = [...model, ...summaries, search];
