import { openStandIn } from '../apps/server/src/testing/stand-in-model.ts';
import { accessProblems, overhang } from './kit/access.ts';
import { signIn, visit } from './kit/app.ts';
import { expect, test } from './kit/test.ts';

const KEY = 'k-stand-in-last';

test('a language model is set up on a phone: its key goes out and never comes back, and off says so', {
  tag: '@thorough',
}, async ({ hospital, unpack }) => {
  const model = await openStandIn();
  try {
    const a = await unpack('phone', { width: 360, height: 740 });
    await signIn(a, 'admin');
    await visit(a, '/ai-settings');
    const { page } = a;
    const replies: Promise<string>[] = [];
    page.on('response', (answer) => {
      if (answer.url().includes('/api/ai/')) replies.push(answer.text());
    });
    await expect(page.getByText('not in use')).toBeVisible();
    await page.getByLabel('Address').fill(model.endpoint);
    await page.getByLabel('Model', { exact: true }).fill('m-small');
    await page.getByRole('textbox', { name: 'Key' }).fill(KEY);
    await page.getByLabel('May be asked').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('in use', { exact: true })).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Key' })).toHaveValue('');
    await expect(page.getByText(/A key, ending in .*last,/)).toBeVisible();
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await expect(page.getByText('The language model answers.')).toBeVisible();
    expect(model.last().headers.authorization).toBe(`Bearer ${KEY}`);
    expect((await Promise.all(replies)).join('\n')).not.toContain(KEY);
    expect(await accessProblems(page)).toEqual([]);
    expect(await overhang(page)).toBe(0);

    const ask = await hospital.as('doctor');
    const question = { messages: [{ role: 'user', content: 'What heals a burn?' }] };
    expect(JSON.stringify(await ask('POST', '/api/ai/chat', question))).toContain('What heals a burn?');
    await page.getByLabel('May be asked').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('not in use')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Why not' })).toContainText('switched off');
    await expect(ask('POST', '/api/ai/chat', question)).rejects.toThrow(/503 .*AI_OFF/);
  } finally {
    await model.close();
  }
});
