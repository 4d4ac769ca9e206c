import { type Actor, may, type Patch, ProblemError, RECORDS, type RecordDef } from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { checkEndpoint } from '../ai/address.ts';
import { readAnswer } from '../ai/answer.ts';
import { askProvider, type ProviderLimits, readWhole } from '../ai/provider.ts';
import { type AiKeeper, type AiSettings, type AiState, offBecause, providerOf } from '../ai/settings.ts';
import type { UnderWay } from '../ai/under-way.ts';
import { auditEntry } from '../auth/audit.ts';
import { writeOne } from '../db/write.ts';
import { line, take } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

const DEF = RECORDS.ai_settings as unknown as RecordDef;
/** What a client that only knows `openai_api_key` means. */
const OPENAI = { provider: 'OpenAI-compatible', endpoint: 'https://api.openai.com/v1', model: 'gpt-4', is_enabled: true };
/** The end of a longer key, by which a person knows it again. */
const KEY_ENDS = 4;
const KEY_LENGTH_SHOWN = 16;

const key = z
  .string({ error: 'This must be text.' })
  .max(1000, { error: 'At most 1000 characters.' })
  .regex(/^[\x21-\x7e]*$/, { error: 'A key has no spaces or letters with marks.' });
/** What an administrator may set. */
export const settingsBody = z.strictObject({
  openai_api_key: key.nullable().optional(),
  api_key: key.nullable().optional(),
  endpoint: line(300).optional(),
  model: line(200).optional(),
  other_models: z.array(line(200)).max(50).nullable().optional(),
  is_enabled: z.boolean({ error: 'Yes or no.' }).optional(),
});

async function administrator(s: Services, request: FastifyRequest, op: 'read' | 'edit'): Promise<Actor> {
  const { actor } = sessionOf(request);
  if (!may(actor, 'edit', DEF)) await refuse(s, request, DEF, op);
  return actor;
}

/** What the questions and the settings share. */
interface Model {
  keeper: AiKeeper;
  limits: ProviderLimits;
  underWay: UnderWay;
}

/** Settings of the language model. The key comes in and never goes out. */
export function aiSettingsRoutes(app: FastifyInstance, s: Services, { keeper, limits, underWay }: Model): void {
  const onRequest = signedIn(s);

  app.get('/api/ai/settings', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    return shown(await keeper.state(actor.facility_id));
  });

  app.get('/api/ai/settings/full', { onRequest }, async (request) => {
    const actor = await administrator(s, request, 'read');
    return shownWhole(await keeper.state(actor.facility_id));
  });

  app.post('/api/ai/settings', { onRequest }, async (request) => {
    const actor = await administrator(s, request, 'edit');
    const { openai_api_key, api_key = openai_api_key, ...wanted } = take(settingsBody, request.body);
    const before = await keeper.state(actor.facility_id);
    const settings = await save(s, request, before.settings, { ...(before.settings ? {} : OPENAI), ...wanted });
    if (api_key !== undefined) {
      await keeper.keepKey(actor.facility_id, settings, api_key === '' ? null : api_key);
      await note(s, request, settings.id, api_key ? 'ai_key_kept' : 'ai_key_removed');
    }
    return { message: 'The settings are saved.', ...shownWhole(await keeper.state(actor.facility_id)) };
  });

  app.post('/api/ai/settings/test', { onRequest }, async (request, reply) => {
    const actor = await administrator(s, request, 'edit');
    const state = await keeper.state(actor.facility_id);
    const { settings } = state;
    if (!settings || state.key.is === 'lost') throw new ProblemError('AI_OFF', { say: offBecause(state) });
    await note(s, request, settings.id, 'ai_test');
    const begun = s.now();
    const question = {
      model: settings.model,
      messages: [{ role: 'user', content: 'Answer with the word: ready' }],
      max_tokens: 10,
      temperature: 0,
      stream: false,
    };
    const gone = underWay.begin(reply.raw);
    try {
      const answer = await askProvider(providerOf(settings, state.key), JSON.stringify(question), limits, gone.signal);
      readAnswer(await readWhole(answer), null);
    } finally {
      underWay.done(gone);
    }
    return { message: 'The language model answers.', model: settings.model, ms: s.now() - begun };
  });
}

/** What everybody who is signed in may know. `hasOpenAI` is the predecessor's word for it. */
function shown(state: AiState) {
  const off = offBecause(state);
  return {
    configured: off === undefined,
    hasOpenAI: off === undefined,
    reason: off ?? null,
    model: state.settings?.model ?? null,
  };
}

function shownWhole(state: AiState) {
  const { settings, key } = state;
  const long = key.is === 'known' && key.text.length >= KEY_LENGTH_SHOWN;
  return {
    ...shown(state),
    provider: settings?.provider ?? null,
    endpoint: settings?.endpoint ?? null,
    other_models: settings?.other_models ?? null,
    is_enabled: settings?.is_enabled ?? false,
    key: { none: 'none', known: 'kept', lost: 'cannot be opened' }[key.is],
    key_ends: long ? key.text.slice(-KEY_ENDS) : null,
  };
}

/** Writes what differs through the one way in. */
async function save(s: Services, request: FastifyRequest, before: AiSettings | undefined, wanted: Patch): Promise<AiSettings> {
  if (typeof wanted.endpoint === 'string') {
    wanted.endpoint = wanted.endpoint.trim().replace(/\/+$/, '');
    await checkEndpoint(wanted.endpoint);
  }
  const by = { actor: sessionOf(request).actor, origin: 'rest' as const, from: originOf(request) };
  if (!before) {
    const made = await writeOne(s, by, { kind: 'ai_settings', id: s.newId(), op: 'create', patch: wanted });
    return made as unknown as AiSettings;
  }
  if (Object.keys(wanted).length === 0) return before;
  const changed = await writeOne(s, by, { kind: 'ai_settings', id: before.id, op: 'edit', patch: wanted });
  return (changed ?? before) as unknown as AiSettings;
}

async function note(s: Services, request: FastifyRequest, id: string, action: string): Promise<void> {
  const { actor, device_id } = sessionOf(request);
  const about = { user_id: actor.user_id, device_id, table_name: 'ai_settings', record_id: id };
  await s.audit.add(actor.facility_id, auditEntry(action, s.now(), originOf(request), about));
}
