import { PROBLEMS } from '@psa/domain';
import type { AttentionEntry } from './store.ts';

/**
 * How an outbox entry that cannot be read is shown under attention: its place and whatever text could be saved, no wishes.
 * @param refusedAt when it was found, if the store keeps that; empty otherwise.
 */
export function unreadableEntry(device: string, cseq: number, body = '', refusedAt = ''): AttentionEntry {
  return {
    cseq,
    group: { group: '', device, author: '', epoch: null, mutations: [] },
    body,
    sig: '',
    saved_at: '',
    results: [{ mid: '', status: 'refused', code: 'UNREADABLE', say: PROBLEMS.UNREADABLE.say }],
    refused_at: refusedAt,
  };
}
