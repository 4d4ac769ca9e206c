import { readFileSync } from 'node:fs';
import { Told } from './command.ts';

/** Reads a file as JSON. Throws Told. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Told(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
