import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { BROWSER_ARGS } from '../../tools/browser.ts';
import { killAll, killGroup, type RunningProcess, runningProcesses, withChildren } from './processes.ts';

export interface TabletSettings {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  /** Ctrl-C is left to whoever unpacked it; else Playwright ends the browser and this process. */
  leaveSignals?: boolean;
}

/** A browser profile of its own on disk: it survives being closed, as a tablet survives being put in a drawer. */
export class Tablet {
  readonly name: string;
  readonly url: string;
  readonly profile: string;
  readonly #settings: TabletSettings;
  #context: BrowserContext | undefined;
  /** The process group of the browser, once looked up. */
  #group: number | undefined;
  #page: Page | undefined;
  /** What the browser refused to load, run or send because the policy of the page forbids it, in its own words. */
  readonly violations: string[] = [];

  private constructor(name: string, url: string, profile: string, settings: TabletSettings) {
    this.name = name;
    this.url = url;
    this.profile = profile;
    this.#settings = settings;
  }

  /** A new tablet, switched on, with the app open. */
  static async unpack(name: string, url: string, settings: TabletSettings = {}): Promise<Tablet> {
    const tablet = new Tablet(name, url, await mkdtemp(join(tmpdir(), 'psa-tablet-')), settings);
    await tablet.switchOn();
    await tablet.page.goto(url);
    return tablet;
  }

  get isOn(): boolean {
    return this.#context !== undefined;
  }

  get page(): Page {
    if (!this.#page) throw new Error(`${this.name} is switched off`);
    return this.#page;
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error(`${this.name} is switched off`);
    return this.#context;
  }

  /** Starts the browser on the profile. `offline`: from the first moment. */
  async switchOn(options: { offline?: boolean } = {}): Promise<void> {
    const { width = 1180, height = 820, colorScheme = 'light' } = this.#settings;
    this.#context = await chromium.launchPersistentContext(this.profile, {
      executablePath: process.env.PSA_E2E_BROWSER,
      // It opens only pages of our own; where tests run in containers, the sandbox often cannot be had.
      chromiumSandbox: false,
      args: BROWSER_ARGS,
      headless: true,
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'Africa/Lagos',
      offline: options.offline ?? false,
      ...(this.#settings.leaveSignals && { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }),
    });
    this.#context.setDefaultTimeout(20_000);
    this.#context.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.violations.push(message.text());
    });
    this.#page = this.#context.pages()[0] ?? (await this.#context.newPage());
  }

  /** One more tab of the same browser, on the same address; it closes with this one. */
  async anotherTab(): Promise<Tablet> {
    const tab = new Tablet(`${this.name}, second tab`, this.url, this.profile, this.#settings);
    tab.#context = this.context;
    tab.#page = await this.context.newPage();
    await tab.page.goto(this.url);
    return tab;
  }

  /** Ends the browser; the profile stays. */
  async switchOff(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
    this.#page = undefined;
  }

  readonly #isOurs = (one: RunningProcess): boolean => one.command.includes(`--user-data-dir=${this.profile}`);

  /** Looks up the browser's process group beforehand, so that a crash comes at once. */
  expectCrash(): void {
    const all = runningProcesses().filter(this.#isOurs);
    // Playwright lets the browser lead a group of its own; what it starts stays in it.
    this.#group = all.find(({ parent }) => !all.some(({ pid }) => pid === parent))?.pid;
  }

  /** Kills every process of the browser in the middle of whatever it does (kill -9), and waits; the profile stays as it is. */
  async crash(): Promise<void> {
    const closed = this.context.waitForEvent('close', { timeout: 0 });
    if (!killGroup(this.#group)) killAll(withChildren(runningProcesses(), this.#isOurs));
    await closed;
    this.#group = undefined;
    this.#context = undefined;
    this.#page = undefined;
  }

  /** Pulls the network cable of this tablet, or puts it back. */
  async offline(off = true): Promise<void> {
    await this.context.setOffline(off);
  }

  /** Ends the browser and forgets the profile. */
  async throwAway(): Promise<void> {
    await this.switchOff();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
