import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { calculatorPages } from './calculators-page.ts';

const pages = calculatorPages();

test.each([...pages])('docs/calculators/%s says what the declarations say', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`../docs/calculators/${name}`);
});

test('docs/calculators has no page of rules that are gone', () => {
  const kept = readdirSync(fileURLToPath(new URL('../docs/calculators', import.meta.url)));
  expect(kept.sort()).toEqual([...pages.keys()].sort());
});
