import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from '../../tools/browser.ts';

/** A browser on a profile of its own on disk, for as long as `work` takes. */
export async function withBrowser<T>(work: (context: BrowserContext) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'psa-bench-browser-'));
  const { path } = await findBrowser();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: path,
    chromiumSandbox: process.getuid?.() !== 0,
    args: BROWSER_ARGS,
    headless: true,
  });
  try {
    return await work(context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}
