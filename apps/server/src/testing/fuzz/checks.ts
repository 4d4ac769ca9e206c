import { PROBLEMS } from '@psa/domain';
import type { FuzzRig, Member, Side } from './rig.ts';
import { type Story, target } from './story.ts';
import type { Answer } from './wire.ts';

/** What is wrong with an answer: a word to compare by, and what it was. */
export interface Fault {
  is: 'server error' | 'no answer' | 'not our shape' | 'inside told' | 'leak' | 'refused but written' | 'read but written';
  what: string;
}

/** Words of our own workings, which nobody outside has any use for. */
const INSIDE =
  /\n\s+at .+:\d+:\d+|node_modules|\b(?:select|insert|update|delete)\b.{1,80}\b(?:from|into|set|where)\b|violates|duplicate key|psa_server|SQLSTATE|ECONN|relation "|column "/i;
/** Whose a row is, and who wrote it: nobody chooses these. Any other id in an answer may have been put there by somebody who guessed it. */
const OWNERS = /"(?:facility_id|created_by|updated_by)":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/g;
/** What a server that is whole may answer beyond 499, and where. */
const DECLARED: Readonly<Record<string, RegExp>> = { AI_OFF: /^\/api\/ai\//, AI_FAILED: /^\/api\/ai\// };

/** The routes of clinical rules. */
const RULE = /^\/api\/calculators\/\w+$/;

/**
 * What a route may write though it refuses: how often somebody was wrong or asked a language model, and what a device sent that is kept to
 * be settled.
 */
const KEPT_ANYWAY: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/api\/(auth\/)?login$/, ['user_credentials', 'sessions', 'device_keys']],
  [/^\/api\/user\/password$/, ['user_credentials']],
  [/^\/api\/ai\//, ['ai_usage']],
  [/^\/api\/sync\/push$/, ['sync_mutation', 'sync_quarantine']],
];

const other = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/** What is wrong with this answer to this story, looking at the answer alone. */
export function faultOf(
  rig: FuzzRig,
  marks: Readonly<Record<Side, string>>,
  story: Story,
  member: Member,
  sent: () => string,
  answer: Answer,
): Fault | undefined {
  const { status, text } = answer;
  if (status === 0) return story.odd ? undefined : { is: 'no answer', what: 'the line was ended' };
  const body = status >= 400 ? parsed(text) : undefined;
  const code = isObject(body) && typeof body.code === 'string' ? body.code : '';
  if (status >= 500 && !DECLARED[code]?.test(story.route))
    return { is: 'server error', what: `${status} ${text.slice(0, 300)}` };
  if (status >= 400 && story.method !== 'HEAD') {
    const wrong = RULE.test(story.route) && status === 422 ? refusalOf(body) : shapeOf(body, status);
    if (wrong) return { is: 'not our shape', what: `${status} ${wrong}: ${text.slice(0, 300)}` };
  }
  if (status >= 400) {
    const said = isObject(body) ? [body.error, ...Object.values(isObject(body.fields) ? body.fields : {})].join('\n') : text;
    const inside = INSIDE.exec(said);
    if (inside && !sent().includes(inside[0])) return { is: 'inside told', what: said.slice(0, 300) };
  }
  return leakOf(rig, marks, member, sent, text);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A clinical rule refuses with exactly what its contract says. */
function refusalOf(body: unknown): string | undefined {
  const error = isObject(body) && Object.keys(body).length === 1 ? body.error : undefined;
  if (!isObject(error) || Object.keys(error).sort().join() !== 'code,field') return 'not {error: {code, field}} alone';
  return /^(MISSING_INPUT|INVALID_VALUE|OUT_OF_RANGE|INCONSISTENT)$/.test(String(error.code)) && typeof error.field === 'string'
    ? undefined
    : 'no code of a rule';
}

function shapeOf(body: unknown, status: number): string | undefined {
  if (!isObject(body)) return 'no JSON object';
  const { error, code, fields } = body;
  if (typeof error !== 'string' || error === '') return 'no sentence';
  if (typeof code !== 'string' || !Object.hasOwn(PROBLEMS, code)) return 'no code of the catalogue';
  if (PROBLEMS[code as keyof typeof PROBLEMS].status !== status) return 'a code of another status';
  return isObject(fields) && Object.values(fields).every((say) => typeof say === 'string') ? undefined : 'no fields';
}

/** A word or an id of a hospital that the asker does not belong to. */
function leakOf(
  rig: FuzzRig,
  marks: Readonly<Record<Side, string>>,
  member: Member,
  sent: () => string,
  text: string,
): Fault | undefined {
  const foreign: Side[] = member.live && member.side ? [other(member.side)] : ['a', 'b'];
  for (const side of foreign) {
    if (text.includes(marks[side])) return { is: 'leak', what: `a text of hospital ${side}: ${around(text, marks[side])}` };
    for (const [, id = ''] of text.matchAll(OWNERS)) {
      if (rig.owned[side].has(id) && !sent().includes(id))
        return { is: 'leak', what: `an id of hospital ${side}: ${around(text, id)}` };
    }
  }
  return undefined;
}

const around = (text: string, word: string): string => {
  const at = text.indexOf(word);
  return text.slice(Math.max(0, at - 100), at + 150);
};

/** What is wrong with what was written while a story was answered. @param tables that were written */
export function writeFault(story: Story, answer: Answer, tables: readonly string[]): Fault | undefined {
  // Whatever is answered, the session that asked was used: when, is kept with it.
  const allowed = new Set(['sessions', ...(KEPT_ANYWAY.find(([route]) => route.test(story.route))?.[1] ?? [])]);
  const results = story.route === '/api/sync/push' && answer.status === 200 ? pushed(answer.text) : [];
  if (results.includes('conflict')) for (const table of ['sync_conflicts', 'sync_entity', 'sync_head']) allowed.add(table);
  const beyond = tables.filter((table) => !allowed.has(table));
  if (beyond.length === 0) return undefined;
  const took = answer.status < 400 && answer.status > 0;
  if (took && results.length > 0 && !results.some((status) => status === 'applied' || status === 'merged')) {
    return { is: 'refused but written', what: `${beyond.join(', ')} after ${results.join(', ')}` };
  }
  if (took && story.method === 'GET') return { is: 'read but written', what: `${beyond.join(', ')} after ${answer.status}` };
  // A line that was cut may have carried a whole request.
  if (took || (answer.status === 0 && story.odd)) return undefined;
  return { is: 'refused but written', what: `${beyond.join(', ')} after ${answer.status} ${answer.text.slice(0, 200)}` };
}

/** What became of each mutation of a push. */
function pushed(text: string): string[] {
  const body = parsed(text);
  const groups = isObject(body) && Array.isArray(body.groups) ? body.groups : [];
  return groups.flatMap((group: unknown) =>
    isObject(group) && Array.isArray(group.results)
      ? group.results.map((r: unknown) => (isObject(r) ? String(r.status) : ''))
      : [],
  );
}

/** Everything of a story that an answer may repeat. */
export const sentBy = (story: Story, body: Buffer | undefined): string =>
  `${decodeURIComponent(safe(target(story)))} ${Object.values(story.headers).join(' ')} ${body?.toString() ?? ''}`;

const safe = (text: string): string => text.replaceAll(/%(?![0-9a-f]{2})|%ED%A0%80/gi, '');
