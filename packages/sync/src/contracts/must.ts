/** Fails a contract case: the sentence, and what was seen where it helps. */
export class ContractBroken extends Error {
  constructor(say: string, seen?: unknown) {
    super(seen === undefined ? say : `${say}; seen: ${canonical(seen)}`);
    this.name = 'ContractBroken';
  }
}

/** JSON with sorted keys; `undefined` members are left out, Maps and Sets are written as arrays. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, v: unknown) => {
      if (v instanceof Map || v instanceof Set) return [...v];
      if (v === null || typeof v !== 'object' || Array.isArray(v)) return v;
      const o = v as Record<string, unknown>;
      return Object.fromEntries(
        Object.keys(o)
          .sort()
          .map((k) => [k, o[k]]),
      );
    }) ?? 'undefined'
  );
}

/** Throws ContractBroken unless `condition` holds. */
export function must(condition: unknown, say: string, seen?: unknown): asserts condition {
  if (!condition) throw new ContractBroken(say, seen);
}

/** Throws ContractBroken unless both are the same JSON, whatever the order of their keys. */
export function same(actual: unknown, expected: unknown, say: string): void {
  const [a, e] = [canonical(actual), canonical(expected)];
  if (a !== e) throw new ContractBroken(`${say}\n  expected ${e}\n  seen     ${a}`);
}

/** Throws ContractBroken unless the promise rejects (with this `code`, when one is given). @returns what it rejected with. */
export async function mustReject(promise: Promise<unknown>, say: string, code?: string): Promise<unknown> {
  let thrown: unknown;
  try {
    await promise;
  } catch (error) {
    thrown = error;
    if (code !== undefined) same((error as { code?: unknown }).code, code, say);
    return thrown;
  }
  throw new ContractBroken(`${say}: it did not reject`);
}
