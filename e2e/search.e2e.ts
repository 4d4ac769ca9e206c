import { register, searchBox, sent, signIn } from './kit/app.ts';
import { expect, test } from './kit/test.ts';

test('a misspelt name is looked for in the whole hospital, and what this device holds can be opened', async ({ unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  await register(a, { Surname: 'Okafor', 'First name': 'Adaeze', 'Hospital number': 'PS-2001' });
  await sent(a);
  const box = await searchBox(a);
  await box.fill('okafro');
  await expect(a.page.getByText('Nobody by that name, number or phone')).toBeVisible();
  await a.page.getByRole('button', { name: 'Search the hospital' }).click();
  const found = a.page.getByRole('list', { name: 'Found in the hospital' });
  await expect(found.getByText('PS-2001')).toBeVisible();
  await found.getByRole('link').click();
  await expect(a.page.getByRole('heading', { name: /Okafor/ })).toBeVisible();

  // Another text asks anew.
  await box.fill('wqxyzz');
  await a.page.getByRole('button', { name: 'Search the hospital' }).click();
  await expect(a.page.getByText('Nobody else in the hospital is like this.')).toBeVisible();
});
