import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, errorLine } from '../start-failure.ts';
import { BackupFailure, type Shelf } from './shelf.ts';

/** A folder, best on another disk than the database. Its files are readable by their owner only. */
export class FolderShelf implements Shelf {
  readonly shown: string;

  constructor(folder: string) {
    this.shown = folder;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.shown, name);
    const draft = `${path}.${process.pid}.part`;
    await this.#told('written', async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
      await syncFolder(dirname(path));
    });
  }

  get(name: string): Promise<Uint8Array | null> {
    return this.#told('read', () =>
      readFile(join(this.shown, name)).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return null;
        throw error;
      }),
    );
  }

  list(prefix: string): Promise<string[]> {
    return this.#told('read', async () => {
      const folder = join(this.shown, prefix);
      const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return [];
        throw error;
      });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
        .map((entry) => join(entry.parentPath, entry.name).slice(join(this.shown, '/').length).replaceAll('\\', '/'))
        .sort();
    });
  }

  remove(name: string): Promise<void> {
    return this.#told('written', () => rm(join(this.shown, name), { force: true }));
  }

  async #told<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new BackupFailure(
        `The backup folder ${this.shown} cannot be ${what} (${errorCode(cause) ?? errorLine(cause)}); look whether its disk is there, has room, and lets this account in.`,
        { cause },
      );
    }
  }
}

/** A rename is durable when the folder is. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const above = await open(folder, 'r');
  try {
    await above.sync();
  } finally {
    await above.close();
  }
}
