/** How safe the work on this device is, in words. Pure. */
import type { Compared, SyncState, Waiting } from '../store/api.ts';
import { count } from '../ui/numbers.ts';

/** `4.2 MB`, in units of a thousand as browsers and shops count them. */
export function bytesInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Why a save still waits. */
export function whyWaiting({ why }: Pick<Waiting, 'why'>, contact: SyncState['contact']): string {
  if (why === 'held') return 'It belongs to an entry that the server refused. It goes when that one is mended.';
  const reasons: Readonly<Record<SyncState['contact'], string>> = {
    never: 'The server has not been reached yet.',
    good: 'On its way.',
    unreachable: 'No network, or the server does not answer. It is sent by itself.',
    signed_out: 'Your session has ended. It goes when somebody signs in with the password.',
    withdrawn: 'This device was withdrawn. Ask an administrator.',
    app_too_old: 'On its way.',
  };
  return reasons[contact];
}

/** The one sentence at the top. `tone` never says done while something is only here. */
export function verdict(
  waiting: number,
  attention: number,
  sync: Pick<SyncState, 'contact'>,
): { tone: 'done' | 'info' | 'caution'; say: string } {
  if (attention > 0) {
    const one = attention === 1;
    return {
      tone: 'caution',
      say: `${one ? 'One save needs' : `${count(attention, 'save')} need`} a decision. ${one ? 'It is' : 'They are'} kept until somebody makes it.`,
    };
  }
  if (waiting > 0) {
    const say =
      waiting === 1
        ? 'One save is only on this device so far. It is kept here and is sent as soon as it can be.'
        : `${count(waiting, 'save')} are only on this device so far. They are kept here and are sent as soon as they can be.`;
    // Having no network is normal; what nobody can send without a person is not.
    const needsSomebody = sync.contact === 'signed_out' || sync.contact === 'withdrawn';
    return { tone: needsSomebody ? 'caution' : 'info', say };
  }
  return { tone: 'done', say: 'Yes. Everything that was saved on this device is on the server.' };
}

/** The result of the last comparison; `title` names a kind. */
export function comparedInWords(compared: Compared | null, title: (kind: string) => string): string {
  if (!compared) return 'Not compared yet. The first comparison is due six hours after the first fetch.';
  if (compared.differed.length === 0) return 'This device and the server held the same.';
  return `They differed in: ${compared.differed.map(title).join(', ')}. It was fetched again.`;
}
