import { use } from 'react';

/** The clinical rules as they are loaded: all of them, when somebody asks for a score. */
export type Rules = typeof import('@psa/domain/clinical');

let asked: Promise<Rules> | undefined;

/** Loads the rules once. A failure is an error of ours, so that the router does not load the whole page anew, and is tried again. */
export function loadRules(): Promise<Rules> {
  asked ??= import('@psa/domain/clinical').catch((cause: unknown) => {
    asked = undefined;
    throw new Error('The scores are not on this device yet. They come by themselves when there is a network.', { cause });
  });
  return asked;
}

/** The rules; the part of the page that asks waits for them (Suspense). */
export const useRules = (): Rules => use(loadRules());
