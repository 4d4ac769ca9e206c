import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIR } from './config.ts';

/** The version of the project, as its package.json says. */
export function readVersion(): string {
  const file: unknown = JSON.parse(readFileSync(join(PROJECT_DIR, 'package.json'), 'utf8'));
  return typeof file === 'object' && file !== null && 'version' in file ? String(file.version) : 'unknown';
}
