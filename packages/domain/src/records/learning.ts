import type { Role } from '../access.ts';

/** Who writes and publishes lessons, and holds the keys of their questions. */
export const AUTHORS = ['consultant', 'senior_registrar'] as const satisfies readonly Role[];

/** Most options of one question: A to H. */
export const OPTIONS_MAX = 8;
