import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { errorLine } from '../start-failure.ts';
import type { S3Place } from './settings.ts';
import { BackupFailure, type Shelf } from './shelf.ts';

/** A piece has 32 MB at most; a slow line carries that within this. */
const REQUEST_MS_MAX = 300_000;
/** Keys of one answer to a list; the protocol's own limit. */
const ANSWERS_MAX = 10_000;

/** A bucket of any service that speaks S3 (path style, signature version 4 over the whole content). */
export class S3Shelf implements Shelf {
  readonly shown: string;
  readonly #place: S3Place;
  readonly #client: AwsClient;

  constructor(place: S3Place) {
    this.#place = place;
    this.shown = `s3://${place.bucket}/${place.prefix} at ${place.endpoint}`;
    this.#client = new AwsClient({
      accessKeyId: place.accessKey,
      secretAccessKey: place.secretKey,
      region: place.region,
      service: 's3',
      retries: 4,
    });
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#ask('PUT', this.#url(name), bytes);
  }

  async get(name: string): Promise<Uint8Array | null> {
    const answer = await this.#ask('GET', this.#url(name), null, true);
    return answer === null ? null : new Uint8Array(await answer.arrayBuffer());
  }

  async list(prefix: string): Promise<string[]> {
    const { prefix: above } = this.#place;
    const names: string[] = [];
    let next: string | undefined;
    for (let answers = 0; answers < ANSWERS_MAX; answers++) {
      const url = new URL(this.#url(''));
      url.searchParams.set('list-type', '2');
      url.searchParams.set('prefix', `${above}${prefix}`);
      if (next !== undefined) url.searchParams.set('continuation-token', next);
      const answer = await this.#ask('GET', url.href, null);
      const xml = (await answer?.text()) ?? '';
      for (const [, key = ''] of xml.matchAll(/<Key>([^<]*)<\/Key>/g)) names.push(plain(key).slice(above.length));
      next = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(xml)?.[1];
      if (next === undefined) return names.sort();
      next = plain(next);
    }
    throw this.#failure('it lists without end');
  }

  async remove(name: string): Promise<void> {
    await this.#ask('DELETE', this.#url(name), null, true);
  }

  #url(name: string): string {
    const { endpoint, bucket, prefix } = this.#place;
    return name === '' ? `${endpoint}/${bucket}` : `${endpoint}/${bucket}/${prefix}${name}`;
  }

  /** Null: there is no such thing, where that may be. */
  async #ask(method: string, url: string, bytes: Uint8Array | null, mayLack = false): Promise<Response | null> {
    const hash = createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');
    let answer: Response;
    try {
      answer = await this.#client.fetch(url, {
        method,
        // What was changed on the way is refused by the store.
        headers: { 'x-amz-content-sha256': hash },
        ...(bytes === null ? {} : { body: Buffer.from(bytes) }),
        signal: AbortSignal.timeout(REQUEST_MS_MAX),
      });
    } catch (cause) {
      throw this.#failure(errorLine(cause instanceof Error && cause.cause ? cause.cause : cause), cause);
    }
    if (answer.ok) return answer;
    const text = await answer.text().catch(() => '');
    const code = /<Code>([^<]{1,60})<\/Code>/.exec(text)?.[1];
    if (answer.status === 404 && mayLack && code !== 'NoSuchBucket') return null;
    throw this.#failure(`${answer.status} ${code ?? answer.statusText}`);
  }

  #failure(why: string, cause?: unknown): BackupFailure {
    return new BackupFailure(
      `The store ${this.shown} refuses or does not answer (${why}); look at BACKUP_S3_ENDPOINT, the keys, the bucket and the network.`,
      { cause },
    );
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (xml: string): string => xml.replace(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => ENTITIES[name] ?? '');
