import type { Json } from '@psa/domain';
import { device } from '../store/index.ts';

/** What the server offers for trying out, while the passwords it came with still stand. */
export interface Trial {
  accounts: { email: string; password: string; title: string }[];
  demo_available: boolean;
}

const NONE: Trial = { accounts: [], demo_available: false };

const isAccount = (value: Json): value is { email: string; password: string; title: string } =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  [value.email, value.password, value.title].every((v) => typeof v === 'string');

/** Asks the server; whatever is not a clear offer, and any failure, is none. Never rejects. */
export async function readTrial(): Promise<Trial> {
  try {
    const reply = await device.call('GET', '/api/trial');
    if (typeof reply !== 'object' || reply === null || Array.isArray(reply)) return NONE;
    const { accounts, demo_available } = reply;
    return { accounts: Array.isArray(accounts) ? accounts.filter(isAccount) : [], demo_available: demo_available === true };
  } catch {
    return NONE;
  }
}
