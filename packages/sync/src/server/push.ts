import { ProblemError } from '@psa/domain';
import type { PushReply, PushRequest, SignedGroup } from '../protocol.ts';
import type { DecideContext } from './context.ts';
import type { AuthorProblem, Caller, ServerEnv } from './end.ts';
import { pushGroup } from './group.ts';
import { midsOfRaw, quarantineRaw, type RawGroup, readGroup } from './raw.ts';
import type { Life, ServerStore } from './store.ts';

type Answer = PushReply['groups'][number];

/**
 * Takes in a push: each group by itself, in the order of the request, each answer after its commit. A group that is bad in
 * itself is kept and answered, and holds up no other (S29).
 */
export async function push(store: ServerStore, env: ServerEnv, caller: Caller, request: PushRequest): Promise<PushReply> {
  if (request.device !== caller.device)
    throw new ProblemError('BAD_REQUEST', { say: 'This session belongs to another device.' });
  if (caller.device_state === 'revoked') throw new ProblemError('DEVICE_REVOKED');
  const facility = caller.actor.facility_id;
  const life = await store.epoch(facility);
  // A device takes its journal back first: its wishes are judged in the order in which they were made.
  if (request.epoch !== null && request.epoch !== life.epoch) throw new ProblemError('EPOCH_CHANGED');
  const offset = Date.parse(request.sent_at) - Date.parse(env.now());
  const groups: Answer[] = [];
  for (const signed of request.groups) {
    groups.push(await pushSigned(store, env, caller, signed, { offset, schema: request.schema, life }));
  }
  const head = await store.head(facility);
  // Restored meanwhile: what was committed is gone, and what it was judged by.
  if ((await store.epoch(facility)).epoch !== life.epoch) throw new ProblemError('EPOCH_CHANGED');
  return { epoch: life.epoch, server_time: env.now(), head, groups };
}

/**
 * Takes in what somebody carries for another device: each group is judged with its author's rights, like any push (S4), and once (S21).
 * Of a device that was withdrawn it is kept raw and judged by nobody until somebody releases it.
 * @param caller whoever carries it. @param device where it was saved.
 */
export async function handIn(
  store: ServerStore,
  env: ServerEnv,
  caller: Omit<Caller, 'device' | 'device_state'>,
  from: { device: string; schema: number; withdrawn: boolean },
  groups: readonly SignedGroup[],
): Promise<Answer[]> {
  const { device, schema } = from;
  const life = await store.epoch(caller.actor.facility_id);
  const carried: Caller = { ...caller, device, device_state: 'active' };
  const about = { offset: null, schema, life };
  const answers: Answer[] = [];
  for (const signed of groups) {
    const raw: RawGroup = { device, cseq: signed.cseq, body: signed.body, sig: signed.sig };
    const group = from.withdrawn ? (readGroup(signed.body)?.group ?? null) : null;
    answers.push(
      from.withdrawn
        ? await keepRaw(store, carried, contextOf(env, carried, signed, about), raw, { code: 'DEVICE_REVOKED' }, group)
        : await pushSigned(store, env, carried, signed, about),
    );
  }
  return answers;
}

async function pushSigned(
  store: ServerStore,
  env: ServerEnv,
  caller: Caller,
  signed: SignedGroup,
  about: About,
): Promise<Answer> {
  const base = contextOf(env, caller, signed, about);
  const raw: RawGroup = { device: caller.device, cseq: signed.cseq, body: signed.body, sig: signed.sig };
  const group = readGroup(signed.body);
  if (!group) return keepRaw(store, caller, base, raw, { code: 'UNREADABLE' }, null);
  const author = await authorOf(env, caller, group.device, group.author, raw);
  if ('code' in author) return keepRaw(store, caller, base, raw, author, group.group);
  const outcome = await pushGroup(store, group, { ...base, actor: author });
  if ('crash' in outcome) env.report(`group ${group.group} of device ${caller.device} could not be judged`, outcome.crash);
  return { cseq: signed.cseq, group: group.group, results: outcome.results };
}

/** What is known of a push beside its groups; the offset of the clock only when the device itself is at the other end. */
interface About {
  offset: number | null;
  schema: number;
  life: Life;
}

const contextOf = (env: ServerEnv, caller: Caller, { cseq }: SignedGroup, about: About): Omit<DecideContext, 'actor'> => ({
  origin: 'device',
  device: caller.device,
  cseq,
  now: env.now(),
  clock_offset_ms: about.offset,
  schema: about.schema,
  life: about.life,
  newId: () => env.newId(),
  address: caller.address,
  user_agent: caller.user_agent,
});

/** A device carries only what was saved on it, in the name of somebody of the same facility. */
async function authorOf(env: ServerEnv, caller: Caller, device: string, author: string, raw: RawGroup) {
  const wrong: AuthorProblem = { code: 'BAD_SIGNATURE' };
  if (device !== caller.device) return wrong;
  const found = await env.authorOf(device, author, raw.body, raw.sig, caller);
  if ('code' in found) return found;
  return found.user_id === author && found.facility_id === caller.actor.facility_id ? found : wrong;
}

async function keepRaw(
  store: ServerStore,
  caller: Caller,
  base: Omit<DecideContext, 'actor'>,
  raw: RawGroup,
  problem: AuthorProblem,
  group: string | null,
): Promise<Answer> {
  const need = { mids: midsOfRaw(raw), rows: [], among: [], quarantined: [] };
  const seen: { results: Answer['results'] } = { results: [] };
  await store.transact(caller.actor.facility_id, need, (loaded) => {
    const decision = quarantineRaw(loaded, raw, problem, base);
    seen.results = decision.results;
    return decision;
  });
  return { cseq: raw.cseq, group, results: seen.results };
}
