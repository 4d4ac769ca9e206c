import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { seal, unseal } from './seal.ts';

const key = createSecretKey(Buffer.alloc(32, 1));
const other = createSecretKey(Buffer.alloc(32, 2));

test('what is sealed opens with its purpose only, under any of the keys that are known', () => {
  const sealed = seal(key, randomBytes(12), 'here', 'the key');
  expect(unseal([key], 'here', sealed)).toBe('the key');
  expect(unseal([other, key], 'here', sealed)).toBe('the key');
  expect(unseal([key], 'there', sealed)).toBeUndefined();
  expect(unseal([other], 'here', sealed)).toBeUndefined();
  expect(unseal([], 'here', sealed)).toBeUndefined();
  expect(sealed.toString('latin1')).not.toContain('the key');
});

test('what was changed anywhere, or cut, does not open', () => {
  const sealed = seal(key, randomBytes(12), 'here', 'k');
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(unseal([key], 'here', changed)).toBeUndefined();
    expect(unseal([key], 'here', sealed.subarray(0, i))).toBeUndefined();
  }
});
