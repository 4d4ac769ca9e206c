import type { Json } from '@psa/domain';
import { GROUP_MUTATIONS_MAX, type Group, groupSchema, type MutationResult } from '../protocol.ts';
import { auditRefusal } from './audit.ts';
import type { DecideContext, Decision } from './context.ts';
import { entryOf, quarantineOf, type Refusal, refusedResult } from './outcome.ts';
import { type Loaded, NO_EFFECTS } from './store.ts';
import { storableText } from './values.ts';

/** Deeper values than any form makes would exhaust the stack of whoever reads them. */
const DEPTH_MAX = 32;

/** How deep the arrays and objects of a JSON text are nested, without reading it. */
function depthOf(text: string): number {
  let [depth, most, inString] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '[' || c === '{') most = Math.max(most, ++depth);
    else if (c === ']' || c === '}') depth--;
  }
  return most;
}

/** Reads the text of a group; null when it is none: not JSON, another shape, or a mutation twice. */
export function readGroup(body: string): Group | null {
  if (depthOf(body) > DEPTH_MAX) return null;
  const parsed = parse(body);
  if (!parsed?.success) return null;
  const mids = new Set(parsed.data.mutations.map((m) => m.mid));
  return mids.size === parsed.data.mutations.length ? parsed.data : null;
}

function parse(body: string) {
  try {
    return groupSchema.safeParse(JSON.parse(body));
  } catch {
    return null;
  }
}

/** A group that cannot be trusted or read, as it came. */
export interface RawGroup {
  device: string;
  cseq: number;
  body: string;
  sig: string;
}

const MID = /"mid"\s*:\s*"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"/g;

/**
 * The ids under which a raw group is answered and kept: those it claims, so that mending or giving it up names them; one made
 * from its text when it claims none.
 */
export function midsOfRaw(raw: RawGroup): string[] {
  const claimed = new Set([...raw.body.matchAll(MID)].map((m) => m[1] ?? '').filter((mid) => mid !== ''));
  if (claimed.size > 0) return [...claimed].slice(0, GROUP_MUTATIONS_MAX);
  return [madeId(`${raw.device}/${raw.cseq}/${raw.body}`)];
}

/** A UUID (version 8, RFC 9562) from a text, the same every time: four FNV-1a sums from different starts. */
function madeId(text: string): string {
  const sums = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b].map((start) => {
    let sum = start;
    for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
    return (sum >>> 0).toString(16).padStart(8, '0');
  });
  const hex = sums.join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/**
 * Keeps a group raw whose signature or shape is wrong (S29). Nothing of it enters the record of mutations, which only holds what
 * an author is known for. What is held already under one of its ids stays as it is.
 */
export function quarantineRaw(loaded: Loaded, raw: RawGroup, refusal: Refusal, ctx: Omit<DecideContext, 'actor'>): Decision {
  const mids = midsOfRaw(raw);
  const fresh = mids.filter((mid) => !loaded.held.has(mid) && !loaded.known.has(mid));
  const text = { cseq: raw.cseq, body: storableText(raw.body), sig: storableText(raw.sig) };
  return {
    ...NO_EFFECTS,
    quarantine: fresh.map((mid) => ({
      mid,
      group: mids[0] ?? mid,
      device: raw.device,
      author: null,
      code: refusal.code,
      state: 'open' as const,
      kind: null,
      record_id: null,
      detail: refusal.say ?? null,
      payload: text as Json,
    })),
    audit: fresh.map((mid) => ({
      action: 'refuse',
      user_id: null,
      table_name: null,
      record_id: null,
      old_values: null,
      new_values: { code: refusal.code },
      device_id: raw.device,
      mutation_id: mid,
      ip_address: ctx.address?.slice(0, 45) ?? null,
      user_agent: ctx.user_agent === null ? null : storableText(ctx.user_agent).slice(0, 300),
      at: ctx.now,
    })),
    // What was answered before, when the author could still be believed, is answered again (S21).
    results: mids.map((mid) => {
      const known = loaded.known.get(mid);
      return known && known.status !== 'deferred' ? known : refusedResult(mid, refusal);
    }),
    wants: [],
  };
}

/** Keeps a group that made the judge throw, by a path that asks nothing of the domain (S29). */
export function quarantineCrash(loaded: Loaded, group: Group, ctx: DecideContext): Decision {
  const results: MutationResult[] = [];
  const kept: { m: Group['mutations'][number]; result: MutationResult }[] = [];
  for (const m of group.mutations) {
    const known = loaded.known.get(m.mid);
    const result = known && known.status !== 'deferred' ? known : refusedResult(m.mid, { code: 'CRASH' });
    results.push(result);
    if (result !== known && !kept.some((k) => k.m.mid === m.mid)) kept.push({ m, result });
  }
  return {
    ...NO_EFFECTS,
    mutations: kept.map(({ m, result }) => entryOf(group, m, result, ctx)),
    quarantine: kept.map(({ m }) => quarantineOf(group, m, ctx, 'CRASH', 'open')),
    audit: kept.map(({ m, result }) => auditRefusal(ctx, m, result)),
    results,
    wants: [],
  };
}
