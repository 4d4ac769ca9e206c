import { sent, signIn, unlock } from './kit/app.ts';
import { expect, test } from './kit/test.ts';

test('the guide opens without a network on a tablet that never showed it, and is searched through', async ({ unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'nurse');
  await sent(a);
  await a.offline();
  await a.page.reload();
  await unlock(a, 'nurse');

  const { page } = a;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Me' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Help' }).click();
  const own = page.getByRole('region', { name: 'For you' }).getByRole('link');
  await expect(own).toHaveText([/^Ten things everybody must know/, /^Nurses/]);

  await page.getByRole('searchbox', { name: 'Search the guide' }).fill('stolen tablet');
  await page.getByRole('link', { name: 'A tablet is lost or stolen' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Administrators' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'A tablet is lost or stolen' })).toBeInViewport();

  // From one page to another, and home by the palette.
  await page.getByRole('link', { name: 'Ten things everybody must know' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ten things everybody must know' })).toBeInViewport();
  await page.keyboard.press('Control+k');
  await page
    .getByRole('textbox', { name: 'Find' })
    .or(page.getByRole('searchbox', { name: 'Find' }))
    .fill('help');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Help' })).toBeVisible();
});
