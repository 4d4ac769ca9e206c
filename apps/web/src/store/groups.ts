import { ProblemError } from '@psa/domain';
import {
  type AckedEntry,
  type AttentionEntry,
  type Group,
  type MutationResult,
  type NewGroup,
  type OutboxEntry,
  unreadableEntry,
} from '@psa/sync';
import type { IDBPTransaction } from 'idb';
import { type Sealed, type StoreKeys, sealJson, unsealJson } from '../session/crypto.ts';
import { type CopiesMeta, type Database, type PsaSchema, strictly } from './database.ts';

/** What is sealed of a group; the group itself is read from its exact text. */
interface Text {
  body: string;
  sig: string;
  saved_at: string;
}
type AckedText = Text & { results: readonly MutationResult[]; acked_at: string };
type RefusedText = Text & { results: readonly MutationResult[]; refused_at: string };
type Rested = 'outbox' | 'acked' | 'attention';

const textOf = ({ body, sig, saved_at }: Text): Text => ({ body, sig, saved_at });
/** As it was opened: with its group out of the exact text. */
type Read<T extends Text> = T & { group: Group };

interface Listed<T extends Text> {
  cseq: number;
  plain: { group: string; state?: OutboxEntry['state']; head?: number };
  text: Read<T> | null;
}
type GroupsTx = Pick<IDBPTransaction<PsaSchema, Rested[], 'readonly'>, 'objectStore'>;

export interface AllGroups {
  outbox: OutboxEntry[];
  acked: AckedEntry[];
  attention: AttentionEntry[];
}

const waitingIn = (entries: readonly Listed<Text>[]): OutboxEntry[] =>
  entries.flatMap(({ cseq, plain, text }) => (text ? [{ cseq, ...text, state: plain.state ?? 'waiting' }] : []));

const answeredIn = (entries: readonly Listed<AckedText>[]): AckedEntry[] =>
  entries.flatMap(({ cseq, plain, text }) => (text ? [{ cseq, ...text, head: plain.head ?? 0 }] : []));

/** What this device has saved: unsent, answered, refused (docs/sync.md, S1–S7). */
export class Groups {
  readonly #db: Database;
  readonly #keys: StoreKeys;
  /** The last number given, as far as this tab knows. */
  #last: number | null = null;

  readonly #read: Record<Rested, Map<number, { iv: Uint8Array; text: Read<Text> }>> = {
    outbox: new Map(),
    acked: new Map(),
    attention: new Map(),
  };

  constructor(db: Database, keys: StoreKeys) {
    this.#db = db;
    this.#keys = keys;
  }

  async save(entry: NewGroup, mends?: { group: string }): Promise<OutboxEntry> {
    for (;;) {
      // The number is part of what is sealed, and sealing must end before the transaction begins: take the next one and look again inside.
      const cseq: number = (this.#last ?? Number(await this.#db.get('meta', 'cseq'))) + 1;
      const s = await sealJson(this.#keys.outbox, ['outbox', cseq], textOf(entry));
      const kept = await this.#keep(cseq, { group: entry.group.group, state: 'waiting', s }, mends);
      this.#last = kept ? cseq : null;
      if (kept) return { cseq, ...textOf(entry), group: entry.group, state: 'waiting' };
    }
  }

  /** @returns false when another tab has used the number meanwhile. */
  async #keep(
    cseq: number,
    value: { group: string; state: 'waiting'; s: Sealed },
    mends?: { group: string },
  ): Promise<boolean> {
    return await strictly(this.#db, ['meta', 'outbox', 'attention'], async (tx) => {
      const attention = tx.objectStore('attention');
      const [last, mended] = await Promise.all([
        tx.objectStore('meta').get('cseq'),
        mends ? attention.index('group').getKey(mends.group) : Promise.resolve(null),
      ]);
      if (Number(last) !== cseq - 1) return false;
      if (mended === undefined) throw new ProblemError('NOT_FOUND', { say: 'This was mended already.' });
      await Promise.all([
        tx.objectStore('meta').put(cseq, 'cseq'),
        tx.objectStore('outbox').put(value, cseq),
        mended === null ? undefined : attention.delete(mended),
      ]);
      return true;
    });
  }

  async outbox(): Promise<OutboxEntry[]> {
    return waitingIn(await this.#list<Text>('outbox'));
  }

  async acked(): Promise<AckedEntry[]> {
    return answeredIn(await this.#list<AckedText>('acked'));
  }

  /** Refused groups, and those of the outbox that cannot be read with the keys on hand: they stay where they are. */
  async attention(): Promise<AttentionEntry[]> {
    return (await this.all()).attention;
  }

  /** Outbox, journal and attention of one moment. */
  async all(): Promise<AllGroups> {
    const tx = this.#db.transaction(['meta', 'outbox', 'acked', 'attention']);
    const [device, outbox, acked, refused] = await Promise.all([
      tx.objectStore('meta').get('device'),
      this.#list<Text>('outbox', tx),
      this.#list<AckedText>('acked', tx),
      this.#list<RefusedText>('attention', tx),
    ]);
    const attention = [
      ...refused.map(({ cseq, text }) => (text ? { cseq, ...text } : unreadableEntry(String(device), cseq))),
      ...outbox.filter(({ text }) => !text).map(({ cseq }) => unreadableEntry(String(device), cseq)),
    ].sort((a, b) => a.cseq - b.cseq);
    return { outbox: waitingIn(outbox), acked: answeredIn(acked), attention };
  }

  async settle(
    answers: readonly { cseq: number; results: readonly MutationResult[] }[],
    head: number,
    at: string,
    epoch?: string,
  ): Promise<void> {
    if (answers.length === 0) return;
    // Only what was answered is read, however much waits behind it.
    const numbers = answers.map(({ cseq }) => cseq);
    const range = IDBKeyRange.bound(Math.min(...numbers), Math.max(...numbers));
    const waiting = new Map((await this.#list<Text>('outbox', undefined, range)).map((e) => [e.cseq, e]));
    const move = async ({ cseq, results }: (typeof answers)[number]) => {
      const entry = waiting.get(cseq);
      if (!entry?.text) return [];
      const has = (status: MutationResult['status']): boolean => results.some((r) => r.status === status);
      const to = has('refused') ? 'attention' : has('deferred') ? 'outbox' : 'acked';
      const text =
        to === 'attention'
          ? { ...textOf(entry.text), results, refused_at: at }
          : { ...textOf(entry.text), results, acked_at: at };
      const s = to === 'outbox' ? null : await sealJson(this.#keys.outbox, [to, cseq], text);
      return [{ cseq, group: entry.plain.group, to, s }];
    };
    const moves = (await Promise.all(answers.map(move))).flat();
    await strictly(this.#db, ['meta', 'outbox', 'acked', 'attention'], async (tx) => {
      const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
      const outbox = tx.objectStore('outbox');
      if (epoch === undefined || epoch === meta.epoch) {
        const [keys, values] = await Promise.all([outbox.getAllKeys(range), outbox.getAll(range)]);
        const present = new Map(keys.map((key, i) => [Number(key), values[i]]));
        // Another tab may have taken some of them.
        const still = moves.filter(({ cseq }) => present.has(cseq));
        await Promise.all(
          still.flatMap(({ cseq, group, to, s }): Promise<unknown>[] => {
            const value = present.get(cseq);
            if (to === 'outbox' || !s) return value ? [outbox.put({ ...value, state: 'deferred' }, cseq)] : [];
            const kept =
              to === 'acked'
                ? tx.objectStore('acked').put({ group, head, s }, cseq)
                : tx.objectStore('attention').put({ group, s }, cseq);
            return [kept, outbox.delete(cseq)];
          }),
        );
      }
    });
  }

  retryDeferred(): Promise<void> {
    return strictly(this.#db, ['outbox'], async (tx) => {
      for (let at = await tx.objectStore('outbox').openCursor(); at; at = await at.continue()) {
        if (at.value.state === 'deferred') await at.update({ ...at.value, state: 'waiting' });
      }
    });
  }

  async trimAcked(before: string, cursor: number | null): Promise<void> {
    if (cursor === null) return;
    const old = (await this.acked()).filter((e) => e.acked_at < before && e.head <= cursor);
    await strictly(this.#db, ['acked'], async (tx) => {
      await Promise.all(old.map((e) => tx.objectStore('acked').delete(e.cseq)));
    });
  }

  async newEpoch(epoch: string, replayFrom: string | null): Promise<void> {
    for (;;) {
      const journal = await this.#list<AckedText>('acked');
      const due = journal.filter(({ text }) => replayFrom !== null && text && text.acked_at >= replayFrom);
      const again = await Promise.all(
        due.map(async ({ cseq, plain, text }) => ({
          cseq,
          value: {
            group: plain.group,
            state: 'waiting' as const,
            s: await sealJson(this.#keys.outbox, ['outbox', cseq], text && textOf(text)),
          },
        })),
      );
      if (
        await this.#changeEpoch(
          epoch,
          journal.map((e) => e.cseq),
          again,
        )
      )
        return;
    }
  }

  /** @returns false when the journal is no longer the one that was read. */
  async #changeEpoch(
    epoch: string,
    journal: readonly number[],
    again: readonly { cseq: number; value: { group: string; state: 'waiting'; s: Sealed } }[],
  ): Promise<boolean> {
    return await strictly(this.#db, ['meta', 'pages', 'delta', 'outbox', 'acked'], async (tx) => {
      const [meta, keys] = await Promise.all([
        tx.objectStore('meta').get('copies') as Promise<CopiesMeta>,
        tx.objectStore('acked').getAllKeys(),
      ]);
      const asRead = keys.length === journal.length && keys.every((k, i) => k === journal[i]);
      if (meta.epoch === epoch || !asRead) return meta.epoch === epoch;
      await Promise.all([
        tx.objectStore('meta').put({ epoch, cursor: null, scopes: {} }, 'copies'),
        tx.objectStore('pages').clear(),
        tx.objectStore('delta').clear(),
        ...again.flatMap(({ cseq, value }) => [
          tx.objectStore('acked').delete(cseq),
          tx.objectStore('outbox').put(value, cseq),
        ]),
      ]);
      return true;
    });
  }

  /** Entries in `cseq` order; `text` null when it cannot be read. */
  async #list<T extends Text>(
    name: Rested,
    tx: GroupsTx = this.#db.transaction([name]),
    range?: IDBKeyRange,
  ): Promise<Listed<T>[]> {
    const store = tx.objectStore(name);
    const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
    const known = this.#read[name];
    // Of a part nothing is known to be gone.
    const gone = new Set(range ? [] : known.keys());
    const entries = values.map(async (plain, i) => {
      const cseq = Number(keys[i]);
      gone.delete(cseq);
      const before = known.get(cseq);
      // A fortnight's journal is long, and is read again at every save: what was opened once is kept, as long as it is the same.
      const same = before && sameBytes(before.iv, plain.s.iv);
      const text = same ? before.text : await this.#open<T>(name, cseq, plain.s);
      if (!same && text) known.set(cseq, { iv: plain.s.iv, text });
      return { cseq, plain, text: text as Read<T> | null };
    });
    const list = await Promise.all(entries);
    for (const cseq of gone) known.delete(cseq);
    return list;
  }

  async #open<T extends Text>(name: Rested, cseq: number, sealed: Sealed): Promise<Read<T> | null> {
    try {
      const text = await unsealJson<T>(this.#keys.known, [name, cseq], sealed);
      const group = JSON.parse(text.body) as Group;
      return Array.isArray(group.mutations) ? { ...text, group } : null;
    } catch {
      return null;
    }
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
