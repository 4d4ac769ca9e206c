import type pg from 'pg';
import { type Reach, SteeredClient } from '../db/reach.ts';

const AGAIN_MS = 1000;

/**
 * One connection that LISTENs, and connects again by itself for as long as it is wanted. What was notified while it was away
 * is unknown: `onUp` and `onDown` tell, so that caches can be emptied and clients be told to look for themselves.
 */
export class Listener {
  readonly #config: Reach;
  readonly #channels: Readonly<Record<string, (payload: string) => void>>;
  readonly #onUp: () => void;
  readonly #onDown: () => void;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #opening: Promise<void> | undefined;

  constructor(
    config: Reach,
    channels: Readonly<Record<string, (payload: string) => void>>,
    hooks: { onUp: () => void; onDown: () => void },
  ) {
    this.#config = config;
    this.#channels = channels;
    this.#onUp = hooks.onUp;
    this.#onDown = hooks.onDown;
  }

  /** Resolves after the first try, connected or not. */
  start(): Promise<void> {
    this.#opening = this.#open();
    return this.#opening;
  }

  async stop(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#opening?.catch(() => {});
    await this.#client?.end().catch(() => {});
  }

  async #open(): Promise<void> {
    if (this.#closed) return;
    const client = new SteeredClient({ ...this.#config, application_name: 'psa listener', keepAlive: true });
    let lost = false;
    const lose = () => {
      if (lost) return;
      lost = true;
      if (this.#client === client) this.#client = undefined;
      client.removeAllListeners('notification');
      void client.end().catch(() => {});
      this.#onDown();
      if (this.#closed) return;
      this.#timer = setTimeout(() => {
        this.#opening = this.#open();
      }, AGAIN_MS);
      this.#timer.unref();
    };
    client.on('error', lose);
    client.on('end', lose);
    client.on('notification', ({ channel, payload }) => this.#channels[channel]?.(payload ?? ''));
    try {
      await client.connect();
      for (const channel of Object.keys(this.#channels)) await client.query(`listen ${client.escapeIdentifier(channel)}`);
      if (lost) return;
      this.#client = client;
      this.#onUp();
    } catch {
      lose();
    }
  }
}
