import { expect, test } from 'vitest';
import { LINE_OF } from './areas.ts';
import { type Kind, recordOf } from './index.ts';

test('a line links to what it is a line of, once and for all', () => {
  for (const [kind, line] of Object.entries(LINE_OF)) {
    const def = recordOf(kind);
    const field = def?.fields[line.field];
    expect(field, kind).toMatchObject({ kind: 'link', to: line.parent });
    expect(field?.merge ?? def?.merge, kind).toBe('append');
    expect(recordOf(line.parent), kind).toBeDefined();
    expect(line.parent satisfies Kind).not.toBe(kind);
  }
});
