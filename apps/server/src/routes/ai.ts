import { once } from 'node:events';
import { type AnyRow, type Json, ProblemError } from '@psa/domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AnswerStream, readAnswer } from '../ai/answer.ts';
import { type Chat, chatBody, lengthOf, outgoing, textsOf, tokensOf } from '../ai/chat.ts';
import { disguiseFor } from '../ai/known.ts';
import { type Answer, askProvider, PROVIDER_LIMITS, readWhole } from '../ai/provider.ts';
import { AiKeeper, offBecause, providerOf } from '../ai/settings.ts';
import { UnderWay } from '../ai/under-way.ts';
import { USAGE_LIMITS, Usage } from '../ai/usage.ts';
import { auditEntry } from '../auth/audit.ts';
import { aiSettingsRoutes } from './ai-settings.ts';
import { take } from './input.ts';
import { problemBody } from './problems.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

/** What a question came to, as the audit keeps it: sizes, never the text. */
interface Outcome {
  outcome: string;
  characters_back: number;
  tokens: number;
}

/** The language model: its settings, and questions to it from which everybody's name was taken (docs/decisions/0012-what-may-leave-for-a-model.md). */
export function aiRoutes(app: FastifyInstance, s: Services): void {
  const keeper = new AiKeeper(s.db, s.rows, s.config.secrets, s.random);
  const limits = { ...PROVIDER_LIMITS, ...s.config.ai?.provider };
  const usage = new Usage(s.db, s.now, { ...USAGE_LIMITS, ...s.config.ai?.usage });
  const underWay = new UnderWay();
  aiSettingsRoutes(app, s, { keeper, limits, underWay });
  // A server that is asked to stop does not wait for a model.
  app.addHook('preClose', async () => underWay.end());

  app.post('/api/ai/chat', { onRequest: signedIn(s) }, async (request, reply) => {
    const { actor } = sessionOf(request);
    const chat = take(chatBody, request.body);
    const texts = textsOf(chat);
    const characters = lengthOf(texts);
    const state = await keeper.state(actor.facility_id);
    const off = offBecause(state);
    if (off !== undefined || !state.settings) throw new ProblemError('AI_OFF', { say: off });
    const patientId = chat.patient_id ?? null;
    if (patientId !== null && (await s.rows.present(actor.facility_id, 'patients', patientId)) === undefined) {
      throw new ProblemError('NOT_FOUND', { fields: { patient_id: 'There is no such patient.' } });
    }
    const finish = await usage.begin(actor.facility_id, actor.user_id);
    const begun = s.now();
    const result: Outcome = { outcome: 'failed', characters_back: 0, tokens: 0 };
    const gone = underWay.begin(reply.raw);
    let facts: Record<string, Json> = {};
    try {
      const disguise = await disguiseFor(s.db, s.rows, actor.facility_id, texts, patientId);
      const { model, body } = outgoing(chat, state.settings, disguise);
      facts = {
        model,
        messages: chat.messages.length,
        characters,
        hidden: disguise.placeholders.size,
        stream: chat.stream === true,
      };
      // Durable before anything leaves.
      await note(s, request, 'ai_chat', chat, facts);
      result.tokens = tokensOf(null, body.length);
      const answer = await askProvider(providerOf(state.settings, state.key), body, limits, gone.signal);
      if (chat.stream === true && answer.streamed) {
        await streamOut(reply, answer, new AnswerStream(disguise), result, gone);
        return reply;
      }
      const whole = await readWhole(answer);
      result.characters_back = whole.length;
      result.tokens = tokensOf(null, body.length + whole.length);
      const told = readAnswer(whole, disguise);
      result.tokens = tokensOf(told.usage, body.length + whole.length);
      result.outcome = 'answered';
      return told;
    } catch (error) {
      if (error instanceof ProblemError) result.outcome = gone.signal.aborted ? 'withdrawn' : error.message;
      throw error;
    } finally {
      underWay.done(gone);
      await finish(result.tokens);
      await note(s, request, 'ai_chat_end', chat, {
        ...facts,
        ...result,
        tokens: Math.round(result.tokens),
        ms: s.now() - begun,
      });
    }
  });
}

/** An entry of the trail: who asked, about whom, how much; not what. */
async function note(
  s: Services,
  request: FastifyRequest,
  action: string,
  chat: Chat,
  facts: Record<string, Json>,
): Promise<void> {
  const { actor, device_id } = sessionOf(request);
  const about = {
    user_id: actor.user_id,
    device_id,
    ...(chat.patient_id ? { table_name: 'patients', record_id: chat.patient_id } : {}),
    new_values: facts as AnyRow,
  };
  await s.audit.add(actor.facility_id, auditEntry(action, s.now(), originOf(request), about));
}

/** Sends a streamed answer on as it comes. What fails after the beginning is told as an event, and the answer then has no end. */
async function streamOut(
  reply: FastifyReply,
  answer: Answer,
  stream: AnswerStream,
  result: Outcome,
  gone: AbortController,
): Promise<void> {
  reply.hijack();
  const out = reply.raw;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) out.setHeader(name, value);
  out.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  const write = async (text: string) => {
    if (text !== '' && !out.write(text)) await once(out, 'drain', { signal: gone.signal });
  };
  try {
    for await (const piece of answer.pieces) {
      await write(stream.push(piece));
      if (stream.done) break;
    }
    await write(stream.end());
    result.outcome = 'answered';
  } catch (error) {
    const problem = error instanceof ProblemError ? error : new ProblemError('AI_FAILED', { cause: error });
    result.outcome = gone.signal.aborted ? 'withdrawn' : problem.message;
    if (!gone.signal.aborted) out.write(`data: ${JSON.stringify(problemBody(problem.code, problem.message))}\n\n`);
  } finally {
    result.characters_back = stream.characters;
    result.tokens = stream.usage === null ? result.tokens + tokensOf(null, stream.characters) : tokensOf(stream.usage, 0);
    out.end();
  }
}
