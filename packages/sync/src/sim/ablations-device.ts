import { type Link, LinkError } from '../device/link.ts';
import type { DeviceStore } from '../device/store.ts';
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

function skipDirty(real: DeviceStore): DeviceStore {
  return replaced(real, {
    async applyPage(expected, page) {
      const dirty = new Set((await real.outbox()).flatMap((e) => e.group.mutations.map((m) => keyOf(m.kind, m.id))));
      const rows = Object.fromEntries(
        Object.entries(page.rows).map(([kind, list]) => [kind, list.filter((row) => !dirty.has(keyOf(kind, row.id)))]),
      );
      return await real.applyPage(expected, { ...page, rows });
    },
  });
}

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

function gate(real: Link, store: DeviceStore): Link {
  return replaced(real, {
    async pull(request) {
      if ((await store.outbox()).length > 0) throw new LinkError('unreachable', 'Not before everything is sent.');
      return await real.pull(request);
    },
  });
}

export const deviceFaults = { ackbase, skipDirty, dropRefused, gate };
