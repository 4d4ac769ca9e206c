import type { RandomBytes, RECORDS, Row } from '@psa/domain';
import type { Database } from '../db/database.ts';
import type { RowReader } from '../db/rows.ts';
import { seal, unseal } from '../keys/seal.ts';
import type { Secrets } from '../keys/secrets.ts';
import type { Provider } from './provider.ts';

export type AiSettings = Row<typeof RECORDS.ai_settings>;

/** The language model of a facility as it stands. */
export interface AiState {
  settings: AiSettings | undefined;
  /** `none`: it wants no key, or none was given. `lost`: one is kept that this server cannot open, or that is for another address. */
  key: { is: 'none' } | { is: 'lost' } | { is: 'known'; text: string };
}

export const SEALED_FOR = 'keys of language models';

/** Whose key it is and which server may be sent it: a key never goes to another address than the one it was given for. */
export function purposeOf(facility: string, settings: Pick<AiSettings, 'id' | 'endpoint'>): string {
  return JSON.stringify([facility, settings.id, URL.canParse(settings.endpoint) ? new URL(settings.endpoint).origin : '']);
}

/** Reads the settings and opens the key, which lies sealed in a table of its own. */
export class AiKeeper {
  readonly #db: Database;
  readonly #rows: RowReader;
  readonly #secrets: Secrets;
  readonly #random: RandomBytes;

  /** @param secrets those of the server, from which the sealing key follows. */
  constructor(db: Database, rows: RowReader, secrets: Secrets, random: RandomBytes) {
    this.#db = db;
    this.#rows = rows;
    this.#secrets = secrets;
    this.#random = random;
  }

  async state(facility: string): Promise<AiState> {
    const [text] = await this.#rows.all(facility, 'ai_settings');
    if (text === undefined) return { settings: undefined, key: { is: 'none' } };
    const settings = JSON.parse(text) as AiSettings;
    const { rows } = await this.#db.of(facility).query<{ sealed: Buffer | null }>({
      name: 'ai key',
      text: 'select sealed from ai_keys where facility_id = $1 and settings_id = $2',
      values: [facility, settings.id],
    });
    const sealed = rows[0]?.sealed ?? null;
    if (sealed === null) return { settings, key: { is: 'none' } };
    const opened = unseal(this.#secrets.all(SEALED_FOR), purposeOf(facility, settings), sealed);
    return { settings, key: opened === undefined ? { is: 'lost' } : { is: 'known', text: opened } };
  }

  /** Keeps a key for the address that the settings name now, or takes it away. */
  async keepKey(facility: string, settings: Pick<AiSettings, 'id' | 'endpoint'>, key: string | null): Promise<void> {
    const sealed =
      key === null ? null : seal(this.#secrets.current(SEALED_FOR).key, this.#random(12), purposeOf(facility, settings), key);
    await this.#db.of(facility).query(
      `insert into ai_keys (facility_id, settings_id, sealed) values ($1, $2, $3)
       on conflict (facility_id, settings_id) do update set sealed = excluded.sealed, changed_at = now()`,
      [facility, settings.id, sealed],
    );
  }
}

/** Why nobody can be asked, or undefined when it can. */
export function offBecause({ settings, key }: AiState): string | undefined {
  if (!settings) return 'No language model is set up here.';
  if (!settings.is_enabled) return 'The language model is switched off here.';
  if (key.is === 'lost') {
    return 'The key of the language model cannot be opened with the secrets of this server, or is for another address. An administrator should enter it again.';
  }
  return undefined;
}

/** Whom to ask. */
export const providerOf = (settings: AiSettings, key: AiState['key']): Provider => ({
  endpoint: settings.endpoint,
  key: key.is === 'known' ? key.text : null,
});
