import { anyFields, type Chance, type Json, RECORD_LIST, type RecordDef, randomValue, SYNCED, uuidv7 } from '@psa/domain';
import { OPS, PROTOCOL_VERSION } from '@psa/sync';
import { OPERATIONS } from '../../openapi/document.ts';
import type { Operation } from '../../openapi/operation.ts';
import type { Schema } from '../../openapi/schema.ts';
import { PUBLISHED } from '../../routes/published.ts';
import { bodyFor } from '../walk.ts';
import { copy, mutated, nastyText, nastyValue } from './nasty.ts';
import type { FuzzRig, Member, Route, Side } from './rig.ts';
import { sampleOf } from './sample.ts';
import { type Body, ODDITIES, type Story } from './story.ts';

const PUSH = '/api/sync/push';
/** Of a hundred requests: pushes, pulls and searches, which each stand for many routes; the rest goes round all routes. */
const SHARES: readonly (readonly [number, string, string])[] = [
  [15, 'POST', PUSH],
  [18, 'POST', '/api/sync/pull'],
  [22, 'GET', '/api/search/patients'],
];
/** One request in so many is odd beneath HTTP; one in so many of those carries ten megabytes. */
const ODD_ONE_IN = 60;
const BIG_ONE_IN = 8;
const ROWS_KEPT = 8;
/** Signing in, and asking for an account, hashes a password: slow on purpose. */
const SLOW = /\/(login|register|password)$/;
const SLOW_ONE_IN = 4;

const slashed = (url: string): string => url.replaceAll(/:(\w+)/g, '{$1}');

/** Makes requests that look right, and spoils most of them. The same chance makes the same requests. */
export class Maker {
  readonly #rig: FuzzRig;
  readonly #chance: Chance;
  readonly #members: readonly Member[];
  readonly #live: readonly Member[];
  #round = 0;
  readonly #operations = new Map<string, Operation>(OPERATIONS.map((op) => [`${op.method} ${op.path}`, op]));
  readonly #rows = new Map<string, { [field: string]: Json }[]>();
  readonly #records = new Map<string, RecordDef>(PUBLISHED.map(({ path, def }) => [path, def]));

  constructor(rig: FuzzRig, chance: Chance) {
    this.#rig = rig;
    this.#chance = chance;
    this.#members = [...rig.cast.values()];
    this.#live = this.#members.filter((member) => member.live);
  }

  next(): Story {
    const c = this.#chance;
    const route = this.#route();
    const member = c.below(12) === 0 ? c.pick(this.#members) : c.pick(this.#live);
    if (route.url === PUSH && c.below(5) > 0) return this.#push(route);
    const body = this.#body(route, member);
    const story: Story = {
      route: route.url,
      method: route.method,
      path: this.#path(route.url, member),
      query: this.#query(route, member),
      headers: this.#headers(),
      who: member.name,
      ...(body === undefined ? {} : { body }),
    };
    if (c.below(ODD_ONE_IN) > 0) return story;
    const odd = c.pick(ODDITIES);
    return { ...story, odd: odd === 'big' && c.below(BIG_ONE_IN) > 0 ? 'cut' : odd };
  }

  #route(): Route {
    const c = this.#chance;
    // First each once, however many there are by now.
    const next = this.#rig.routes[this.#round++];
    if (next) return next;
    const at = c.below(100);
    const share = SHARES.find(([below]) => at < below);
    if (share) return { method: share[1], url: share[2] };
    const route = c.pick(this.#rig.routes);
    return SLOW.test(route.url) && c.below(SLOW_ONE_IN) > 0 ? this.#route() : route;
  }

  /** The id of a row: mostly of the member's own hospital and the record that is asked about. */
  #id(member: Member, kind?: string): string {
    const c = this.#chance;
    const side: Side = member.side ?? c.pick(['a', 'b'] as const);
    const at = c.below(20);
    const from = this.#rig.ids[at < 14 ? side : side === 'a' ? 'b' : 'a'];
    if (at >= 18) return at === 18 ? this.#newId() : nastyText(c);
    const own = kind === undefined ? [] : (from[kind] ?? []);
    return own.length > 0 && at !== 13 ? c.pick(own) : c.pick(Object.values(from).flat());
  }

  #newId(): string {
    return uuidv7(Date.UTC(2026, 10, 22), (n) => this.#chance.bytes(n));
  }

  #kindOf(url: string): RecordDef | undefined {
    const path = [...this.#records.keys()]
      .filter((one) => url === one || url.startsWith(`${one}/`))
      .sort((a, b) => b.length - a.length)[0];
    if (path !== undefined) return this.#records.get(path);
    return RECORD_LIST.find(({ name }) => url.split('/').includes(name));
  }

  #path(url: string, member: Member): string {
    const path = url.replaceAll(/:(\w+)/g, () => {
      const id = this.#id(member, this.#kindOf(url)?.name);
      try {
        return encodeURIComponent(id) || '%20';
      } catch {
        return '%ED%A0%80';
      }
    });
    return path.replaceAll('*', 'x');
  }

  #query(route: Route, member: Member): [string, string][] {
    const c = this.#chance;
    if (route.method !== 'GET' ? c.below(10) > 0 : c.below(3) === 0) return [];
    const known = this.#operations.get(`${route.method.toLowerCase()} ${slashed(route.url)}`)?.parameters ?? [];
    const out: [string, string][] = [];
    for (const { name, schema, in: where, required } of known) {
      if (where !== 'query' || (required !== true && c.below(3) > 0)) continue;
      const value =
        c.below(4) === 0 ? nastyText(c) : name === 'device' ? (member.device?.id ?? this.#newId()) : this.#word(schema, member);
      out.push([name, value]);
    }
    if (c.below(6) === 0) out.push([c.pick(['q', 'limit', 'cursor', 'since', 'patient_id', nastyText(c)]), nastyText(c)]);
    if (out.length > 0 && c.below(20) === 0) out.push(c.pick(out));
    return out;
  }

  #word(schema: Schema, member: Member): string {
    const value = sampleOf(schema, this.#chance, () => this.#id(member));
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  #headers(): Record<string, string> {
    const c = this.#chance;
    const out: Record<string, string> = {};
    if (c.below(25) === 0) {
      out['content-type'] = c.pick([
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-16',
        'application/xml',
        '',
        'a'.repeat(300),
      ]);
    }
    if (c.below(40) === 0) out['content-encoding'] = c.pick(['gzip', 'br', 'x']);
    if (c.below(40) === 0) out['accept-encoding'] = c.pick(['gzip', 'identity;q=0', '*']);
    if (c.below(40) === 0) out['x-forwarded-for'] = c.pick(['10.0.0.1', "';--", '::1, x'.repeat(50)]);
    if (c.below(40) === 0) out['user-agent'] = 'u'.repeat(c.pick([1, 301, 5_000]));
    if (c.below(60) === 0) out.authorization = c.pick(['Basic eDp5', 'Bearer', 'bearer x', `Bearer ${'x'.repeat(8_000)}`]);
    return out;
  }

  #body(route: Route, member: Member): Body | undefined {
    const c = this.#chance;
    if (route.method === 'GET' || route.method === 'DELETE') return c.below(15) === 0 ? { json: nastyValue(c) } : undefined;
    if (c.below(40) === 0) return undefined;
    const at = c.below(30);
    if (at === 0)
      return {
        text: c.pick([
          '',
          '{',
          '[',
          '"',
          '{"a":1,"a":2}',
          '1e999',
          'tru',
          '\ufeff{}',
          `${'['.repeat(100_000)}`,
          '{}x',
          '{"a":"\\ud800"}',
          '{"__proto__":{"a":1}}',
        ]),
      };
    if (at === 1) return { bytes: Buffer.from(c.bytes(1 + c.below(200))).toString('base64') };
    if (at === 2) return { json: { text: 'x'.repeat(c.pick([20_000, 20_000, 200_000, 1_100_000])) } };
    const right = this.#right(route, member);
    return { json: at < 13 ? right : mutated(c, right, [this.#id(member), this.#id(member)]) };
  }

  /** A body as the declaration, or the document, asks for it. */
  #right(route: Route, member: Member): Json {
    const c = this.#chance;
    const def = this.#kindOf(route.url);
    const operation = this.#operations.get(`${route.method.toLowerCase()} ${slashed(route.url)}`);
    if (def && (c.below(4) > 0 || !operation?.body)) return this.#patch(def, member, route.method !== 'POST');
    if (operation?.body) return sampleOf(operation.body, c, () => this.#id(member));
    return {};
  }

  /** Values for a row of a record; `some`: only a few of them, as a change carries them. */
  #patch(def: RecordDef, member: Member, some: boolean): { [field: string]: Json } {
    const c = this.#chance;
    const key = `${member.side ?? 'a'} ${def.name}`;
    const kept = this.#rows.get(key) ?? [];
    this.#rows.set(key, kept);
    // Rows that keep many rules at once are hard to come by: a few are kept and varied.
    if (kept.length < ROWS_KEPT) kept.push(this.#row(def, member));
    const row = copy(c.pick(kept));
    for (const field of (def.unique ?? []).flatMap(({ fields }) => fields)) {
      const spec = def.fields[field];
      if (spec && typeof row[field] === 'string' && spec.kind === 'text') row[field] = randomValue(spec, c);
    }
    return some ? Object.fromEntries(Object.entries(row).filter(() => c.below(3) === 0)) : row;
  }

  #row(def: RecordDef, member: Member): { [field: string]: Json } {
    const c = this.#chance;
    const links = this.#rig.ids[member.side ?? 'a'];
    try {
      return bodyFor(def, c, links, c.below(2) === 0);
    } catch {
      return anyFields(def, c, links);
    }
  }

  /** A push as a device sends it, signed by whoever holds the key there. */
  #push({ method, url }: Route): Story {
    const c = this.#chance;
    const carriers = this.#live.filter(({ device }) => device !== null);
    const member = c.pick(carriers);
    const { device } = member;
    if (!device || !member.side) throw new Error('a carrier has a device');
    const epoch = this.#rig.epochs[member.side];
    const mutations = Array.from({ length: 1 + c.below(3) }, (): Json => {
      const def = c.pick(SYNCED);
      const op = c.below(10) < 8 ? c.pick(['create', 'edit'] as const) : c.pick(OPS);
      return {
        mid: this.#newId(),
        kind: def.name,
        id: op === 'create' && c.below(4) > 0 ? this.#newId() : this.#id(member, def.name),
        op,
        base: op === 'create' ? 0 : c.below(3),
        patch: op === 'create' || op === 'edit' ? this.#patch(def, member, op === 'edit') : {},
        at: '2026-11-22T09:30:00.000Z',
      };
    });
    const author = c.below(10) === 0 ? c.pick(this.#live).user : member.user;
    const right: Json = { group: this.#newId(), device: device.id, author, epoch, mutations };
    const around: Json = {
      device: device.id,
      epoch,
      schema: PROTOCOL_VERSION,
      sent_at: '2026-11-22T09:30:00.000Z',
      outbox_depth: 1,
      oldest_pending_at: null,
      groups: [],
    };
    const group = c.below(2) === 0 ? right : mutated(c, right, [this.#id(member), this.#id(member)]);
    const request = c.below(8) > 0 ? around : mutated(c, around, [this.#id(member)]);
    return { route: url, method, path: url, query: [], headers: {}, who: member.name, body: { group, request } };
  }
}
