import { FolderShelf } from './folder.ts';
import { S3Shelf } from './s3.ts';
import type { BackupSettings } from './settings.ts';
import type { Shelf } from './shelf.ts';

/** The shelf that the settings name. */
export function openShelf(to: BackupSettings['to']): Shelf {
  return 'folder' in to ? new FolderShelf(to.folder) : new S3Shelf(to.s3);
}
