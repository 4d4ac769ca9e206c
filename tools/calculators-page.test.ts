import { expect, test } from 'vitest';
import { calculatorsPage } from './calculators-page.ts';

test('docs/calculators.md says what the declarations say', async () => {
  await expect(calculatorsPage()).toMatchFileSnapshot('../docs/calculators.md');
});
