import type { AnyRow } from '@psa/domain';
import { type Link, LinkError } from '../device/link.ts';
import type { MemoryDisk } from '../device/memory.ts';
import type { DeviceStore } from '../device/store.ts';
import type { CarriedPage } from '../protocol.ts';
import { keyOf } from '../server/store.ts';

/** A port with some of its methods replaced; the others go to the real one. */
export function replaced<T extends object>(real: T, methods: Partial<T>): T {
  return new Proxy(real, {
    get(target, name) {
      const own: unknown = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function ackbase(real: DeviceStore): DeviceStore {
  const told = new Map<string, number>();
  return replaced(real, {
    async settle(answers, head, at, epoch) {
      const wishes = new Map((await real.outbox()).flatMap((e) => e.group.mutations.map((m) => [m.mid, m] as const)));
      await real.settle(answers, head, at, epoch);
      for (const { mid, version } of answers.flatMap((a) => a.results)) {
        const wish = wishes.get(mid);
        if (wish && version !== undefined) told.set(keyOf(wish.kind, wish.id), version);
      }
    },
    async serverRows(kind) {
      const rows = await real.serverRows(kind);
      return rows.map((row) => ({ ...row, row_version: Math.max(row.row_version, told.get(keyOf(kind, row.id)) ?? 0) }));
    },
  });
}

type Page = Parameters<DeviceStore['applyPage']>[1];

/** A store whose pages are bent before they are applied. */
const bending =
  (bend: (page: Page, real: DeviceStore, expected: number) => Promise<Page>) =>
  (real: DeviceStore): DeviceStore =>
    replaced(real, {
      applyPage: async (expected, page) => await real.applyPage(expected, await bend(page, real, expected)),
    });

/** The rows of a page that pass, changed or not. */
const rowsOf = (page: Page, each: (kind: string, row: AnyRow) => AnyRow | null): Page => ({
  ...page,
  rows: Object.fromEntries(
    Object.entries(page.rows).map(([kind, list]) => [kind, list.flatMap((row) => each(kind, row) ?? [])]),
  ),
});

const skipDirty = bending(async (page, real) => {
  const dirty = new Set((await real.outbox()).flatMap((e) => e.group.mutations.map((m) => keyOf(m.kind, m.id))));
  return rowsOf(page, (kind, row) => (dirty.has(keyOf(kind, row.id)) ? null : row));
});

const garbled = bending(async (page) =>
  rowsOf(page, (kind, row) => (kind === 'patients' ? { ...row, last_name: String(row.last_name).slice(0, 4) } : row)),
);

const childFirst = bending(async (page) =>
  rowsOf(page, (kind, row) => (kind === 'patients' && row.row_version === 1 ? null : row)),
);

/** Whoever comes with a page is believed, also a tab that has slept. */
function staleTab(real: DeviceStore): DeviceStore {
  return replaced(real, {
    async applyPage(_expected, { held: _held, epoch: _epoch, ...page }) {
      const { cursor } = await real.meta();
      return cursor === null ? false : await real.applyPage(cursor, page);
    },
  });
}

/** The order in which a page and the cursor become durable is lost: first the cursor, in a transaction of its own. */
const halfPage = (real: DeviceStore): DeviceStore =>
  replaced(real, {
    async applyPage(expected, page) {
      if (!(await real.applyPage(expected, { ...page, rows: {}, gone: [] }))) return false;
      return await real.applyPage(page.next, page);
    },
  });

/** A scope counts as held with its first page. */
const halfSnapshot = (real: DeviceStore): DeviceStore => {
  const first = new Map<string, number>();
  return replaced(real, {
    beginSnapshot: async (header) => {
      const pages = header.pages.slice(0, 1);
      first.set(header.scope, pages.length);
      await real.beginSnapshot({ ...header, pages });
      return header.pages.slice(1).map((page) => page.n);
    },
    putPages: async (scope, pages) =>
      await real.putPages(
        scope,
        pages.filter((page) => page.n < (first.get(scope) ?? 0)),
      ),
  });
};

function dropRefused(real: DeviceStore): DeviceStore {
  return replaced(real, {
    settle: (answers, head, at, epoch) =>
      real.settle(
        answers.map(({ cseq, results }) => ({
          cseq,
          results: results.map((r) => (r.status === 'refused' ? { mid: r.mid, status: 'applied' as const } : r)),
        })),
        head,
        at,
        epoch,
      ),
  });
}

/** What waits goes with the scopes that are dropped, as if it belonged to them. */
function dropUnsent(real: DeviceStore): DeviceStore {
  const forgotten = new Set<number>();
  return replaced(real, {
    async dropScopes(scopes) {
      for (const { cseq } of await real.outbox()) forgotten.add(cseq);
      const answers = [...forgotten].map((cseq) => ({ cseq, results: [] }));
      await real.settle(answers, 0, '2000-01-01T00:00:00.000Z');
      await real.trimAcked('2001-01-01T00:00:00.000Z');
      await real.dropScopes(scopes);
    },
  });
}

/** Whatever was granted once counts as granted for ever. */
function keepScopes(real: Link): Link {
  const once = new Set<string>();
  return replaced(real, {
    async pull(request) {
      const reply = await real.pull(request);
      for (const scope of [...request.held, ...reply.granted]) once.add(scope);
      return { ...reply, granted: [...once], revoked: [] };
    },
  });
}

/** A file that was once opened here is kept, though nobody wants it any more. */
function keepFiles(real: DeviceStore): DeviceStore {
  const once = new Set<string>();
  return replaced(real, {
    async files() {
      for (const patient of await real.files()) once.add(patient);
      return [...once];
    },
  });
}

const noReplay = (real: DeviceStore): DeviceStore => replaced(real, { newEpoch: (epoch) => real.newEpoch(epoch, null) });

function gate(real: Link, store: DeviceStore): Link {
  return replaced(real, {
    async pull(request) {
      if ((await store.outbox()).length > 0) throw new LinkError('unreachable', 'Not before everything is sent.');
      return await real.pull(request);
    },
  });
}

/** Nothing that comes back from a push is ever heard. */
const deaf = (real: Link): Link => replaced(real, { push: async (request) => ({ ...(await real.push(request)), groups: [] }) });

/** Everything is asked for forty times over. */
const storm = (real: Link): Link =>
  replaced(real, {
    async pull(request) {
      for (let i = 0; i < 40; i++) await real.pull(request).catch(() => undefined);
      return await real.pull(request);
    },
  });

/** A live page counts as if it followed what is here, whatever it follows. */
const gapLive = (page: CarriedPage): CarriedPage => ({ ...page, from: 0 });

/** A live page counts as if it were of the scopes that are held now. */
const heldLive = (page: CarriedPage, disk: MemoryDisk): CarriedPage => ({ ...page, held: [...disk.held] });

/** A live page counts as if it were of the present life. */
const oldLive = (page: CarriedPage, disk: MemoryDisk): CarriedPage => ({ ...page, epoch: disk.epoch ?? page.epoch });

export const deviceFaults = {
  gapLive,
  heldLive,
  oldLive,
  ackbase,
  skipDirty,
  garbled,
  childFirst,
  staleTab,
  halfPage,
  halfSnapshot,
  dropRefused,
  dropUnsent,
  keepScopes,
  keepFiles,
  noReplay,
  gate,
  deaf,
  storm,
};
