import { type Patch, RECORD_LIST, type RecordDef, ROLES, type Role } from '@psa/domain';
import { PUSH_GROUPS_MAX } from '@psa/sync';
import type { Published } from '../routes/published.ts';
import { type Hospital, one, type Tablet, type Wish } from './hospital.ts';

type Op = 'read' | 'list' | 'create' | 'edit' | 'retract' | 'restore';
export type Way = 'REST' | 'sync';

/** Something one person tries. */
export interface Attempt {
  role: Role;
  way: Way;
  op: Op;
  id: string;
  patch: Patch;
  /** In words, for the sentence when it goes wrong. */
  what: string;
}

/** What came of it; a group that was taken counts as 200. */
export interface Outcome {
  status: number;
  code: string | undefined;
  text: string;
}

/** Refusals in the audit trail, by what was wished of which row by whom. */
export type Refusals = Map<string, number>;
export const refusalKey = (user: string, id: string | null, op: string) => `${op} of ${id ?? 'a list'} by ${user}`;

/** Ways to try what people of every role wish, over REST and as groups that their tablets sign, and to see what is left of it. */
export function attemptsIn(h: Hospital, tablets: ReadonlyMap<Role, Tablet>) {
  const cseqs = new Map<Role, number>();
  /** Tries, all at once; groups of one tablet travel together. */
  async function tryAll(p: Published, attempts: readonly Attempt[]): Promise<Outcome[]> {
    const out = new Map<Attempt, Outcome>();
    const byRest = attempts.filter(({ way }) => way === 'REST');
    const tellers = ROLES.map(async (role) => {
      const bySync = attempts.filter((a) => a.way === 'sync' && a.role === role);
      for (let from = 0; from < bySync.length; from += PUSH_GROUPS_MAX) {
        await pushed(p.def, role, bySync.slice(from, from + PUSH_GROUPS_MAX), out);
      }
    });
    await Promise.all([...tellers, ...byRest.map(async (a) => out.set(a, await asked(p, a)))]);
    return attempts.map((a) => out.get(a) as Outcome);
  }

  async function pushed(def: RecordDef, role: Role, attempts: readonly Attempt[], out: Map<Attempt, Outcome>): Promise<void> {
    const tablet = tablets.get(role) as Tablet;
    const present = await versionsOf(def, attempts);
    const groups = attempts.map(({ op, id, patch }) => {
      const cseq = (cseqs.get(role) ?? 0) + 1;
      cseqs.set(role, cseq);
      const wish: Wish = { kind: def.name, id, op, patch, base: op === 'create' ? 0 : (present.get(id) ?? 0) };
      return h.sealed(tablet, cseq, [wish]);
    });
    const { status, text, reply } = await h.push(tablet, groups);
    if (status !== 200) throw new Error(`a push of ${role}: ${status} ${text}`);
    for (const [i, attempt] of attempts.entries()) {
      const result = reply.groups.find(({ cseq }) => cseq === groups[i]?.cseq)?.results[0];
      const done = result?.status === 'applied' || result?.status === 'merged';
      out.set(attempt, {
        status: done ? 200 : 422,
        code: done ? undefined : (result?.code ?? result?.status),
        text: JSON.stringify(result),
      });
    }
  }

  async function versionsOf(def: RecordDef, attempts: readonly Attempt[]): Promise<Map<string, number>> {
    if (def.chained) return new Map();
    const ids = attempts.map(({ id }) => id);
    const { rows } = await h.pool.query<{ id: string; row_version: string }>(
      `select id, row_version from ${def.name} where id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, Number(row.row_version)]));
  }

  async function asked({ def, path, by }: Published, { role, op, id, patch }: Attempt): Promise<Outcome> {
    const token = tablets.get(role)?.token ?? '';
    let at = `${path}/${id}`;
    if (op === 'read' && by) at = `${path}/${(await ownerOf(def, by.field, id)) ?? id}`;
    const sent = {
      read: () => h.call('GET', at, { token }),
      list: () => h.call('GET', `${path}?limit=500`, { token }),
      create: () => h.call('POST', path, { token, body: { id, ...patch } }),
      // Both ways of changing are walked, by every other role.
      edit: () => h.call(ROLES.indexOf(role) % 2 === 0 ? 'PATCH' : 'PUT', at, { token, body: patch }),
      retract: () => h.call('DELETE', at, { token }),
      restore: () => Promise.reject(new Error('there is no such way')),
    } satisfies Record<Op, unknown>;
    const { status, text, body } = await sent[op]();
    return { status, code: status < 300 ? undefined : (body as { code?: string })?.code, text };
  }

  /** The id of what a row belongs to, where rows are read by that. */
  const ownerOf = (def: RecordDef, field: string, id: string) =>
    one<string | undefined>(h.pool, `select ${field} from ${def.name} where id = $1`, [id]);

  /** How much there is of everything a refused write could touch, and how often it was changed. Devices report themselves with each push. */
  async function fingerprint(): Promise<string> {
    const kinds = RECORD_LIST.filter((def) => !def.chained && def.name !== 'devices');
    const parts = kinds.map(
      ({ name }) => `select '${name}' as k, count(*) as n, coalesce(sum(row_version), 0) as v from ${name}`,
    );
    const { rows } = await h.pool.query(parts.join(' union all '));
    return JSON.stringify(rows);
  }

  const lastEntry = () => one<number>(h.pool, 'select coalesce(max(n), 0)::int from audit_logs');

  async function refusalsSince(n: number): Promise<Refusals> {
    const { rows } = await h.pool.query<{ user_id: string; record_id: string | null; op: string; times: string }>(
      `select user_id, record_id, new_values ->> 'op' as op, count(*) as times from audit_logs
     where n > $1 and action = 'refuse' group by 1, 2, 3`,
      [n],
    );
    return new Map(rows.map((r) => [refusalKey(r.user_id, r.record_id, r.op), Number(r.times)]));
  }

  return { tryAll, ownerOf, fingerprint, lastEntry, refusalsSince };
}
