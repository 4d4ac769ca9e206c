import { ProblemError } from '@psa/domain';
import type { Group, PushReply, PushRequest, SignedGroup } from '../protocol.ts';
import type { DecideContext } from './context.ts';
import type { AuthorProblem, Caller, Rights, ServerEnv } from './end.ts';
import { refuseGroup } from './outcome.ts';
import { midsOfRaw, quarantineRaw, type RawGroup, readGroup } from './raw.ts';
import type { Life, ServerStore } from './store.ts';
import { pushWave, Wave } from './wave.ts';

type Answer = PushReply['groups'][number];

/**
 * Takes in a push in the order of the request, each answer after its commit; successive groups that have nothing in common share one
 * (S20). A group that is bad in itself is kept and answered, and holds up no other (S29).
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
  const groups = await pushSigned(store, env, caller, request.groups, { offset, schema: request.schema, life });
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
  if (!from.withdrawn) return pushSigned(store, env, carried, groups, about);
  const answers: Answer[] = [];
  for (const signed of groups) {
    const raw: RawGroup = { device, cseq: signed.cseq, body: signed.body, sig: signed.sig };
    const group = readGroup(signed.body)?.group ?? null;
    const base = contextOf(env, carried, signed, about);
    answers.push(await keepRaw(store, carried, base, raw, { code: 'DEVICE_REVOKED' }, group));
  }
  return answers;
}

/** A group whose author is known, ready for the judge. */
interface Ready {
  cseq: number;
  group: Group;
  ctx: DecideContext;
}

async function pushSigned(
  store: ServerStore,
  env: ServerEnv,
  caller: Caller,
  groups: readonly SignedGroup[],
  about: About,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let wave = new Wave<Ready>();
  let rights: Rights = new Map();
  const settle = async (): Promise<void> => {
    const { wishes } = wave;
    wave = new Wave();
    rights = new Map();
    const outcomes = await pushWave(store, wishes);
    wishes.forEach(({ cseq, group }, i) => {
      const outcome = outcomes[i];
      if (!outcome) throw new Error('a group has no outcome');
      if ('crash' in outcome) env.report(`group ${group.group} of device ${caller.device} could not be judged`, outcome.crash);
      answers.push({ cseq, group: group.group, results: outcome.results });
    });
  };
  for (const signed of groups) {
    const base = contextOf(env, caller, signed, about);
    const raw: RawGroup = { device: caller.device, cseq: signed.cseq, body: signed.body, sig: signed.sig };
    const group = readGroup(signed.body);
    const author = group ? await authorOf(env, caller, group, raw, rights) : ({ code: 'UNREADABLE' } satisfies AuthorProblem);
    if (!group || 'code' in author) {
      await settle();
      if (group && 'signer' in author && author.signer) {
        const results = await keepClosed(store, group, { ...base, actor: author.signer }, author);
        answers.push({ cseq: signed.cseq, group: group.group, results });
        continue;
      }
      answers.push(await keepRaw(store, caller, base, raw, author as AuthorProblem, group?.group ?? null));
      continue;
    }
    const ready: Ready = { cseq: signed.cseq, group, ctx: { ...base, actor: author } };
    if (wave.takes(ready)) continue;
    await settle();
    wave.takes(ready);
  }
  await settle();
  return answers;
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
  recompute: env.recompute,
  address: caller.address,
  user_agent: caller.user_agent,
});

/** A device carries only what was saved on it, in the name of somebody of the same facility. */
async function authorOf(env: ServerEnv, caller: Caller, { device, author }: Group, raw: RawGroup, rights: Rights) {
  const wrong: AuthorProblem = { code: 'BAD_SIGNATURE' };
  if (device !== caller.device) return wrong;
  const found = await env.authorOf(device, author, raw.body, raw.sig, caller, rights);
  if ('code' in found) return found.signer && found.signer.user_id !== author ? wrong : found;
  return found.user_id === author && found.facility_id === caller.actor.facility_id ? found : wrong;
}

/**
 * Refuses what somebody signed whose account may not write any more, and keeps it like any refused group: the answer stands in the record of
 * mutations, so that it is the same when the account is opened again (S21).
 */
async function keepClosed(
  store: ServerStore,
  group: Group,
  ctx: DecideContext,
  { code, say, fields }: AuthorProblem,
): Promise<Answer['results']> {
  const refusal = { code, ...(say === undefined ? {} : { say }), ...(fields === undefined ? {} : { fields }) };
  const refusals = new Map(group.mutations.map((m) => [m.mid, refusal]));
  const need = { mids: group.mutations.map((m) => m.mid), rows: [], among: [], quarantined: [] };
  const seen: { results: Answer['results'] } = { results: [] };
  await store.transact(ctx.actor.facility_id, need, (loaded) => {
    const decision = refuseGroup(loaded, group, ctx, refusals);
    seen.results = decision.results;
    return decision;
  });
  return seen.results;
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
