/** Why a backup could not be made, found or opened: one sentence that says what to do. */
export class BackupFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupFailure';
  }
}

/** Where backups lie: named pieces of some megabytes, a folder or a bucket. Every method throws BackupFailure. */
export interface Shelf {
  /** As shown to people. */
  readonly shown: string;
  /** Durable, whole or not at all; replaces a piece of the same name. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Null: there is no such piece. */
  get(name: string): Promise<Uint8Array | null>;
  /** Names that begin with a prefix that ends with a slash, in order. */
  list(prefix: string): Promise<string[]>;
  remove(name: string): Promise<void>;
}
