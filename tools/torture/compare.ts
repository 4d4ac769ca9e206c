import type { Json } from '@psa/domain';
import { sameValue } from './ledger.ts';

type Values = Readonly<Record<string, Json>>;
/** Rows by kind and id. */
export type Rows = Readonly<Record<string, Readonly<Record<string, Values>>>>;

/**
 * Where a device and the server differ about the rows of these kinds, a sentence for each row. A device need not be told every field; those
 * it has must be the server's.
 */
export function differences(device: Rows, server: Rows): string[] {
  const found: string[] = [];
  for (const kind of new Set([...Object.keys(device), ...Object.keys(server)])) {
    const [here, there] = [device[kind] ?? {}, server[kind] ?? {}];
    for (const id of new Set([...Object.keys(here), ...Object.keys(there)])) {
      const [own, truth] = [here[id], there[id]];
      if (!own) found.push(`${kind} ${id} is missing`);
      else if (!truth) found.push(`${kind} ${id} is shown, and the server has none`);
      else {
        const fields = Object.keys(own).filter((field) => !sameValue(own[field] ?? null, truth[field] ?? null));
        if (fields.length > 0) {
          const [field = ''] = fields;
          const [a, b] = [JSON.stringify(own[field]), JSON.stringify(truth[field])];
          found.push(`${kind} ${id} differs in ${fields.join(', ')}: ${a} here, ${b} there`);
        }
      }
    }
  }
  return found;
}
