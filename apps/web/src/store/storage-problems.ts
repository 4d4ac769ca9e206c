import { ProblemError } from '@psa/domain';

/** Why this browser cannot be used to keep anything, in one sentence. */
export function brokenSentence(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'VersionError') return 'A newer version of this app has used this browser. Reload the page; nothing is lost.';
  if (name === 'QuotaExceededError')
    return 'This browser has no room left to keep anything. Free some space and reload the page.';
  if (name === 'SecurityError' || name === 'InvalidStateError') {
    return 'This browser does not let the app keep anything. Leave private browsing, or allow site data, and reload the page.';
  }
  return 'The storage of this browser could not be opened. Reload the page; if that does not help, restart the browser.';
}

/** A failure of the storage as a problem that a screen can show. */
export function storageProblem(cause: unknown): ProblemError {
  return new ProblemError('INTERNAL', { say: 'This browser could not store it. Nothing was saved; please try again.', cause });
}
