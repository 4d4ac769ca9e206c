import { notifications } from '@mantine/notifications';
import { ProblemError } from '@psa/domain';
import type { Wish } from '../store/api.ts';
import { device } from '../store/index.ts';
import { cleared } from './disputes.ts';

/** The last word is the one that counts: an older one, and its way back, go. */
let told: string | undefined;

/** Tells briefly, without stopping anybody, what was done; with a way back where there is one. */
export function tell(message: string, undo?: () => Promise<void>): void {
  if (told) notifications.hide(told);
  const id = device.newId();
  told = id;
  notifications.show({
    id,
    withCloseButton: true,
    closeButtonProps: { 'aria-label': 'Close this message' },
    message: (
      <span className="told">
        {message}
        {undo && (
          <button
            type="button"
            className="quiet strong"
            onClick={() => {
              notifications.hide(id);
              void undo().catch(tellProblem);
            }}
          >
            Undo
          </button>
        )}
      </span>
    ),
  });
}

/** Says why something was not done. */
export function tellProblem(error: unknown): void {
  if (!(error instanceof ProblemError)) throw error;
  notifications.show({
    message: error.message,
    color: 'yellow',
    withCloseButton: true,
    closeButtonProps: { 'aria-label': 'Close this message' },
    autoClose: 12_000,
  });
}

/**
 * Keeps the wishes on this device and says so once they are durable; what rests on something in dispute is asked about first. Rejects with a
 * ProblemError.
 */
export async function keepWishes(
  wishes: readonly Wish[],
  said: string,
  undo?: () => Promise<void>,
  mends?: { group: string },
): Promise<void> {
  await device.save(await cleared(wishes), mends);
  tell(`${said} Saved on this device.`, undo);
}
