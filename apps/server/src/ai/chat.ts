import { type Disguise, ProblemError, plainText, UUID } from '@psa/domain';
import { z } from 'zod';
import type { AiSettings } from './settings.ts';

const CHARACTERS_MAX = 60_000;
const MESSAGES_MAX = 100;
const TOKENS = { usual: 2_000, most: 4_000 };
const TEMPERATURE = 0.7;
/** English text has about four characters a token; used where the provider does not count. */
const CHARACTERS_A_TOKEN = 4;

const part = z.object({
  type: z.literal('text', { error: 'Only text may be sent: what a picture shows cannot be made anonymous.' }),
  text: z.string({ error: 'This must be text.' }),
});
const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant'], { error: 'One of: system, developer, user, assistant.' }),
  content: z.union([z.string(), z.array(part).min(1).max(50)], { error: 'Text, or a list of parts of type "text".' }),
});

/** What a client asks. Fields that are not named here are dropped: nothing unknown is passed on. */
export const chatBody = z.object({
  messages: z.array(message, { error: 'A list of messages.' }).min(1).max(MESSAGES_MAX),
  model: z.string().max(200).optional(),
  max_tokens: z.int().min(1).max(100_000).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  stream: z.boolean().nullish(),
  patient_id: z.string({ error: 'An id.' }).regex(UUID, { error: 'An id, in lower case.' }).nullish(),
});
export type Chat = z.infer<typeof chatBody>;
type Content = Chat['messages'][number]['content'];

/** All texts of a question. */
export const textsOf = (chat: Chat): string[] =>
  chat.messages
    .flatMap(({ content }) => (typeof content === 'string' ? [content] : content.map(({ text }) => text)))
    .map(plainText);

/** Refuses what is too long to be read by a model of ours. @returns its length in characters. */
export function lengthOf(texts: readonly string[]): number {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length <= CHARACTERS_MAX) return length;
  throw new ProblemError('INVALID', { fields: { messages: `At most ${CHARACTERS_MAX} characters in all.` } });
}

const NOTE =
  'Names, numbers, addresses and dates of birth were replaced by placeholders such as [PATIENT-1]. Use them unchanged, with their brackets; ' +
  'those of the same kind and number mean the same.';

/** A model that may be asked for, else the usual one: clients written for another provider name models that are not here. */
const modelFor = (settings: AiSettings, wanted: string | undefined): string =>
  wanted !== undefined && (settings.other_models ?? []).includes(wanted) ? wanted : settings.model;

/** The request as it leaves: what is known, with nobody's name in it. */
export function outgoing(chat: Chat, settings: AiSettings, disguise: Disguise): { model: string; body: string } {
  const hide = (content: Content): Content =>
    typeof content === 'string'
      ? disguise.hide(content)
      : content.map(({ text }) => ({ type: 'text' as const, text: disguise.hide(text) }));
  const messages = chat.messages.map(({ role, content }) => ({ role, content: hide(content) }));
  const model = modelFor(settings, chat.model);
  const body = {
    model,
    messages: disguise.placeholders.size === 0 ? messages : noted(messages),
    max_tokens: Math.min(chat.max_tokens ?? TOKENS.usual, TOKENS.most),
    temperature: chat.temperature ?? TEMPERATURE,
    stream: chat.stream ?? false,
  };
  return { model, body: JSON.stringify(body) };
}

/** With the note about placeholders in the first system message: some models take one only, and only first. */
function noted(messages: Chat['messages']): Chat['messages'] {
  const [first, ...rest] = messages;
  if (first?.role !== 'system' && first?.role !== 'developer') return [{ role: 'system', content: NOTE }, ...messages];
  const { role, content } = first;
  const more: Content = typeof content === 'string' ? `${content}\n\n${NOTE}` : [...content, { type: 'text', text: NOTE }];
  return [{ role, content: more }, ...rest];
}

/** Tokens that an answer says it took; estimated where it does not. */
export function tokensOf(usage: unknown, characters: number): number {
  const told = (usage as { total_tokens?: unknown } | null | undefined)?.total_tokens;
  return typeof told === 'number' && Number.isFinite(told) && told >= 0
    ? Math.min(told, 10_000_000)
    : characters / CHARACTERS_A_TOKEN;
}
