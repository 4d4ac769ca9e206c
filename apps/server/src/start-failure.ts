/** A start that cannot succeed. The message is the one sentence a person reads: what is wrong and what to do. */
export class StartFailure extends Error {
  constructor(say: string, cause?: unknown) {
    super(say, { cause });
    this.name = 'StartFailure';
  }
}

/** The code of a Node or PostgreSQL error (`EACCES`, `28P01`), or null. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** What an unknown error says of itself, in one line. */
export function errorLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').trim() || errorCode(error) || 'unknown error';
}
