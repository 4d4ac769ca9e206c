import type { AnyRow, RECORDS, Row } from '@psa/domain';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { Attention, DeviceHooks, RowState, SessionState, SyncState } from './api.ts';
import type { Kept } from './drafts.ts';
import type { FileState } from './files.ts';
import { runtime } from './runtime.ts';
import type { Value } from './value.ts';

type Records = typeof RECORDS;
type Rows<K extends keyof Records> = readonly Row<Records[K]>[];

const useValue = <T>(value: Value<T>): T => useSyncExternalStore(value.subscribe, value.get);

const { rows } = runtime;

/** Who is in, or why nobody is. */
export const useSession = (): SessionState => useValue(runtime.session);

/** What waits, what is being fetched, and how the last contact went. */
export const useSync = (): SyncState => useValue(runtime.sync);

/** Open conflicts and refused groups: what a person must settle. */
export const useAttention = (): Attention => useValue(runtime.attention);

/** All shown rows of a kind; a new array when any of them changed. */
export function useRows<K extends keyof Records>(kind: K): Rows<K> {
  const subscribe = useCallback((told: () => void) => rows.topics.subscribe(kind, told), [kind]);
  // The working set holds rows as the declarations describe them; the name of the kind is what ties the two together.
  return useSyncExternalStore(subscribe, () => rows.rows(kind)) as unknown as Rows<K>;
}

/** One shown row; undefined when there is none or it was retracted. */
export function useRow<K extends keyof Records>(kind: K, id: string | undefined): Row<Records[K]> | undefined {
  const subscribe = useCallback((told: () => void) => rows.topics.subscribe(`${kind}/${id ?? ''}`, told), [kind, id]);
  const read = (): AnyRow | undefined => (id === undefined ? undefined : rows.row(kind, id));
  return useSyncExternalStore(subscribe, read) as unknown as Row<Records[K]> | undefined;
}

/** Shown rows whose `field` is `id`, by an index. */
export function useRowsBy<K extends keyof Records>(kind: K, field: string, id: string): Rows<K> {
  const subscribe = useCallback((told: () => void) => rows.subscribeBy(kind, field, id, told), [kind, field, id]);
  return useSyncExternalStore(subscribe, () => rows.rowsBy(kind, field, id)) as unknown as Rows<K>;
}

/** As `useRowsBy` for several kinds at once, by kind; a new object when any of them changed. `kinds` is a constant. */
export function useAllBy(kinds: readonly string[], field: string, id: string): Readonly<Record<string, readonly AnyRow[]>> {
  const [last] = useState((): { lists: readonly (readonly AnyRow[])[]; all: Record<string, readonly AnyRow[]> } => ({
    lists: [],
    all: {},
  }));
  const subscribe = useCallback(
    (told: () => void) => {
      const stops = kinds.map((kind) => rows.subscribeBy(kind, field, id, told));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [kinds, field, id],
  );
  return useSyncExternalStore(subscribe, () => {
    const lists = kinds.map((kind) => rows.rowsBy(kind, field, id));
    if (last.lists.length !== lists.length || lists.some((list, i) => list !== last.lists[i])) {
      last.lists = lists;
      last.all = Object.fromEntries(kinds.map((kind, i) => [kind, lists[i] ?? []]));
    }
    return last.all;
  });
}

/** A value that changes whenever any row of these kinds does. `kinds` keeps its identity. */
export function useChanges(kinds: readonly string[]): object {
  const [last] = useState((): { lists: readonly (readonly AnyRow[])[]; value: object } => ({ lists: [], value: {} }));
  const subscribe = useCallback(
    (told: () => void) => {
      const stops = kinds.map((kind) => rows.topics.subscribe(kind, told));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [kinds],
  );
  return useSyncExternalStore(subscribe, () => {
    const lists = kinds.map((kind) => rows.rows(kind));
    if (last.lists.length !== lists.length || lists.some((list, i) => list !== last.lists[i])) {
      last.lists = lists;
      last.value = {};
    }
    return last.value;
  });
}

/** What of a row is not yet on the server, or in dispute. */
export function useRowState(kind: string, id: string): RowState {
  const subscribe = useCallback((told: () => void) => runtime.work.subscribe(kind, id, told), [kind, id]);
  return useSyncExternalStore(subscribe, () => runtime.work.rowState(kind, id));
}

/** Whether a patient is in the archive, and their file here. */
export function useFile(patient: string): FileState {
  const subscribe = useCallback((told: () => void) => runtime.files.topics.subscribe(patient, told), [patient]);
  return useSyncExternalStore(subscribe, () => runtime.files.state(patient));
}

/** Patients that contain every typed word, best first; all by surname when nothing is typed. */
export function usePatientSearch(query: string): Rows<'patients'> {
  const subscribe = useCallback((told: () => void) => rows.topics.subscribe('patients', told), []);
  return useSyncExternalStore(subscribe, () => rows.search(query)) as unknown as Rows<'patients'>;
}

const UNREAD = { draft: undefined, kept_at: null };

/** A form's draft under a key, per person. `draft` is what was last stored: undefined while it is being read, null when there is none. */
export function useDraft<T>(
  key: string,
): ReturnType<DeviceHooks['useDraft']> & { draft: T | null | undefined; keep(value: T): void } {
  const [read, setRead] = useState<{ key: string; kept: Kept | null } | null>(null);
  const session = useSession();
  const person = session.status === 'open' ? session.actor.user_id : null;
  useEffect(() => {
    if (person === null) return;
    return runtime.drafts.watch(key, (kept) => setRead({ key, kept }));
  }, [key, person]);
  const keep = useCallback((value: T) => runtime.drafts.keep(key, value), [key]);
  const drop = useCallback(() => runtime.drafts.drop(key), [key]);
  const now =
    read?.key === key ? { draft: (read.kept?.value ?? null) as T | null, kept_at: read.kept?.kept_at ?? null } : UNREAD;
  return { ...now, keep, drop };
}

({
  useSession,
  useSync,
  useAttention,
  useRows,
  useRow,
  useRowsBy,
  useAllBy,
  useChanges,
  useRowState,
  useFile,
  usePatientSearch,
  useDraft,
}) satisfies DeviceHooks;
