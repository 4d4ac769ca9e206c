import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** Three or four words, or what a password manager makes. Typed once a day at most: during it, a PIN or passkey opens the tablet. */
const PASSWORD_LEAST = 12;
/** What is looked at: the estimate of longer ones takes long, and they are strong if this much of them is. */
const LOOKED_AT = 64;
/** Of 4: 10^8 guesses or more, as the estimate counts them. Less is found by trying what leaked elsewhere. */
const SCORE_LEAST = 3;
/** What everybody here would try first. */
const OURS = ['plastic', 'surgeon', 'surgery', 'assistant', 'hospital', 'theatre', 'doctor', 'nurse', 'admin', 'unth', 'enugu'];

let estimator: ZxcvbnFactory | undefined;

/** How hard a password is to guess (0 to 4), against lists of common and leaked passwords, keyboard walks, dates and these words. */
function scoreOf(password: string, words: readonly string[]): number {
  // Made when it is first asked: the lists take a moment to unfold.
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  return estimator.check(password.slice(0, LOOKED_AT), [...OURS, ...words]).score;
}

/**
 * Why a new password is not acceptable, as a sentence; null when it is. It must be long and not be guessed; which signs it is made of
 * is the person's own affair.
 */
export function passwordProblem(password: string, email: string): string | null {
  if ([...password].length < PASSWORD_LEAST)
    return `At least ${PASSWORD_LEAST} characters. Three or four words are easy to keep in mind.`;
  const low = password.toLowerCase();
  const mail = email.toLowerCase();
  const name = mail.split('@')[0] ?? '';
  if (low === mail || (name.length >= 4 && low.includes(name))) return 'Do not use your e-mail address.';
  if (scoreOf(password, mail.split(/[^a-z0-9]+/)) >= SCORE_LEAST) return null;
  return 'This is among the first that somebody would try. Choose another: three or four words that have nothing to do with each other.';
}
