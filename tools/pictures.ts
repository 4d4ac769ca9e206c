/**
 * Makes the picture of the README: `tsx tools/pictures.ts http://localhost:3001`, with a server that runs on the demonstration ward
 * and still offers its trial accounts.
 */
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from './browser.ts';

const OUT = fileURLToPath(new URL('../docs/pictures/app.png', import.meta.url));
const url = process.argv[2] ?? 'http://localhost:3001';

/** A patient with an allergy, in bed: signs in and opens the page as a person would. */
async function openPatient(page: Page): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'Try as Consultant' }).click();
  await page.getByText('Saved on this device').waitFor();
  await page.getByRole('main').getByRole('link').filter({ hasText: 'allergies' }).first().click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.evaluate(() => document.fonts.ready);
}

const { path } = await findBrowser();
const browser = await chromium.launch({ executablePath: path, chromiumSandbox: process.getuid?.() !== 0, args: BROWSER_ARGS });
try {
  const shots: string[] = [];
  for (const [width, height, colorScheme] of [
    [1366, 768, 'light'],
    [360, 768, 'dark'],
  ] as const) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      timezoneId: 'Africa/Lagos',
      locale: 'en-GB',
    });
    const page = await context.newPage();
    await openPatient(page);
    shots.push((await page.screenshot()).toString('base64'));
    await context.close();
  }
  const sheet = await browser.newPage({ viewport: { width: 1818, height: 832 } });
  const images = shots.map((png) => `<img src="data:image/png;base64,${png}" height="768">`).join('');
  await sheet.setContent(
    `<body style="margin:0;padding:32px;display:flex;gap:28px;background:#dfe5e1"><style>img{border-radius:10px;box-shadow:0 4px 24px #0003}</style>${images}</body>`,
  );
  await sheet.screenshot({ path: OUT });
} finally {
  await browser.close();
}
