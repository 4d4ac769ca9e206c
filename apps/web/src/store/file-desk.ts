import { ProblemError } from '@psa/domain';
import type { DeviceApi } from './api.ts';
import type { Memory } from './memory.ts';
import type { Opened } from './opened.ts';

/** What may be wished of files in the archive, for whoever is in. */
export function fileDesk(
  memory: Memory,
  now: () => number,
  opened: () => Opened | null,
  syncNow: () => void,
): Pick<DeviceApi, 'openFile' | 'pinFile'> {
  const want = async (patient: string, pinned?: boolean): Promise<void> => {
    const person = opened();
    if (!person) throw new ProblemError('NOT_SIGNED_IN');
    await person.store.want(patient, now(), pinned);
    await memory.settled();
    if (!memory.files.state(patient).held) syncNow();
  };
  return {
    openFile: async (patient) => {
      if (memory.files.state(patient).archived) await want(patient);
    },
    pinFile: want,
  };
}
