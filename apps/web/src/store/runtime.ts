import { ProblemError, uuidv7 } from '@psa/domain';
import type { Attention, DeviceApi, SessionState, SyncState } from './api.ts';
import { Drafts } from './drafts.ts';
import { Value } from './value.ts';
import { Work } from './work.ts';
import { WorkingSet } from './working-set.ts';

function createRuntime() {
  const session = new Value<SessionState>({ status: 'starting' });
  const sync = new Value<SyncState>({
    contact: 'never',
    last_contact_at: null,
    waiting: 0,
    oldest_waiting_at: null,
    sending: false,
    fetching: null,
    clock_offset_ms: null,
  });
  const attention = new Value<Attention>({ conflicts: [], refused: [] });
  const rows = new WorkingSet((_kind, _id, server) => server);
  const work = new Work();
  const drafts = new Drafts(Date.now, () => undefined);
  const notYet = () => Promise.reject(new ProblemError('UNAVAILABLE'));
  const device: DeviceApi = {
    session: {
      signIn: async () => ({ ok: false, code: 'UNAVAILABLE', say: 'The server is not ready.' }),
      lock: async () => undefined,
      signOut: async () => undefined,
    },
    save: notYet,
    syncNow: () => undefined,
    newId: () => uuidv7(Date.now(), (count) => crypto.getRandomValues(new Uint8Array(count))),
    call: notYet,
    present: (kind, id) => {
      const copy = rows.serverRow(kind, id);
      return { row_version: copy?.row_version ?? rows.goneAt(kind, id) ?? 0, deleted: copy === undefined };
    },
    deviceName: () => 'This browser',
    nameDevice: notYet,
  };
  return { device, session, sync, attention, rows, work, drafts };
}

export const runtime = createRuntime();
