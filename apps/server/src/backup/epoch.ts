import type { ClientBase } from 'pg';

/**
 * Tells devices that numbers may have gone back (docs/sync.md, S48): they send again what they were acknowledged since then.
 * @param client the owner's. @param restoredTo the moment that the backup holds, ISO 8601 UTC. @returns how many hospitals.
 */
export async function beginEpoch(client: ClientBase, restoredTo: string): Promise<number> {
  const { rowCount } = await client.query('update sync_epoch set epoch = gen_random_uuid(), restored_to = $1', [restoredTo]);
  return rowCount ?? 0;
}
