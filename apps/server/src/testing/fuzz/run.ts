import { chanceFrom } from '@psa/domain';
import { type Fault, faultOf, sentBy, writeFault } from './checks.ts';
import { Maker } from './maker.ts';
import { type FuzzRig, MARKS, type Member, sealed } from './rig.ts';
import { type Story, smaller, told } from './story.ts';
import { type Answer, Wire } from './wire.ts';

interface Finding extends Fault {
  /** Which request it was, counted from 1. */
  at: number;
  story: Story;
  /** The smallest story that still showed it, and how often it was made smaller. */
  smallest: string;
}

export interface FuzzResult {
  requests: number;
  /** How many were answered so, by the first digit of the status; 0: the line was ended. */
  answered: Readonly<Record<string, number>>;
  findings: readonly Finding[];
  /** Routes that were asked at least once, of all. */
  routes: { asked: number; of: number };
}

export interface FuzzOptions {
  n: number;
  seed: number;
  /** Stops after so many different findings. */
  findingsMax?: number;
  /** Told every thousand requests; false ends the run. */
  progress?: (done: number, findings: number) => boolean;
}

const HEAL_EVERY = 500;
const TRIES_SMALLER = 80;

/**
 * Sends `n` requests one after the other and looks at each answer, and at what was written meanwhile. The same seed on a new rig makes the
 * same requests.
 */
export async function runFuzz(
  rig: FuzzRig,
  { n, seed, findingsMax = 10, progress = () => true }: FuzzOptions,
): Promise<FuzzResult> {
  const maker = new Maker(rig, chanceFrom(seed));
  const wire = new Wire(rig.base);
  const findings: Finding[] = [];
  const known = new Set<string>();
  const answered: Record<string, number> = {};
  const asked = new Set<string>();
  let at = 0;
  try {
    await rig.writes.since();
    while (at < n && findings.length < findingsMax) {
      if (at % HEAL_EVERY === 0) {
        await rig.heal();
        await rig.writes.since();
      }
      if (at % 1_000 === 0 && !progress(at, findings.length)) break;
      at++;
      const story = maker.next();
      asked.add(`${story.method} ${story.route}`);
      const { fault, answer } = await tell(rig, wire, story);
      const digit = String(Math.floor(answer.status / 100));
      answered[digit] = (answered[digit] ?? 0) + 1;
      if (!fault) continue;
      const key = `${fault.is} ${story.method} ${story.route} ${fault.is === 'no answer' ? story.odd : ''}`;
      if (known.has(key)) continue;
      known.add(key);
      findings.push({ ...fault, at, story, smallest: await shrink(rig, wire, story, fault) });
    }
  } finally {
    wire.close();
  }
  return { requests: at, answered, findings, routes: { asked: asked.size, of: rig.routes.length } };
}

/** Sends one story and judges it. A session that was ended by it, or before, is opened anew. */
async function tell(rig: FuzzRig, wire: Wire, story: Story): Promise<{ fault: Fault | undefined; answer: Answer }> {
  const member = rig.cast.get(story.who);
  if (!member) throw new Error(`Nobody is called ${story.who}.`);
  const body = bodyOf(story, member);
  const sent = () => sentBy(story, body);
  let answer: Answer = { status: 0, type: '', text: '' };
  try {
    answer = await wire.send(story, member.token, body);
  } catch (error) {
    return { fault: { is: 'no answer', what: error instanceof Error ? error.message : String(error) }, answer };
  }
  const tables = await rig.writes.since();
  const ended = answer.status === 401 || /\/(logout|password)$/.test(story.route);
  if (member.live && ended) await rig.renew(member);
  if (member.live && ended) await rig.writes.since();
  return { fault: faultOf(rig, MARKS, story, member, sent, answer) ?? writeFault(story, answer, tables), answer };
}

/** The bytes of a story's body. */
function bodyOf(story: Story, member: Member): Buffer | undefined {
  const { body } = story;
  if (!body) return undefined;
  if ('text' in body) return Buffer.from(body.text);
  if ('bytes' in body) return Buffer.from(body.bytes, 'base64');
  if ('json' in body) return Buffer.from(JSON.stringify(body.json));
  const { request } = body;
  if (!member.device || typeof request !== 'object' || request === null || Array.isArray(request)) {
    return Buffer.from(JSON.stringify(request));
  }
  const groups = request.groups ?? null;
  const signed = sealed(body.group, member.device.key, ++member.device.cseq);
  return Buffer.from(JSON.stringify({ ...request, groups: Array.isArray(groups) ? [...groups, signed] : groups }));
}

/** Makes a story smaller for as long as it shows the same fault. */
async function shrink(rig: FuzzRig, wire: Wire, story: Story, fault: Fault): Promise<string> {
  let best = story;
  let tries = 0;
  for (let better = true; better && tries < TRIES_SMALLER; ) {
    better = false;
    for (const less of smaller(best)) {
      if (++tries > TRIES_SMALLER) break;
      const { fault: again } = await tell(rig, wire, less);
      if (again?.is !== fault.is) continue;
      best = less;
      better = true;
      break;
    }
  }
  return told(best);
}

/** Findings as a person reads them. */
export const report = ({ findings }: FuzzResult): string =>
  findings.map(({ is, what, at, smallest }) => `${is} at request ${at}: ${what}\n${smallest}`).join('\n\n');
