import { MERGE_FIELDS, mayAct, ProblemError, RECORDS, type RecordDef } from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type MergeTools, mergePatients, unmergePatients } from '../db/merge.ts';
import { writeOne } from '../db/write.ts';
import { take, uuid } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

const MATCHES = RECORDS.patient_matches as unknown as RecordDef;

const note = z
  .string({ error: 'This must be text.' })
  .max(1000, { error: 'At most 1000 characters.' })
  .refine((s) => !/\0|\p{Surrogate}/u.test(s), { error: 'This contains characters that cannot be stored.' })
  .transform((s) => s.trim() || null)
  .nullish();

/** Bodies of these routes, as the API describes them too. */
export const mergeBodies = {
  merge: z.strictObject({
    survivor: uuid,
    other: uuid,
    taken: z.array(z.enum(MERGE_FIELDS as [string, ...string[]], { error: 'A field of a patient.' })).max(MERGE_FIELDS.length),
    note,
  }),
  unmerge: z.strictObject({ match: uuid, note }),
  decide: z.strictObject({ match: uuid, different: z.boolean({ error: 'Yes or no.' }), note }),
  scan: z.strictObject({ after: uuid.nullish() }),
};

/** Two registrations of one person: found, decided on, merged, and taken apart again. Only while connected. */
export function mergeRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);
  const tools: MergeTools = s;
  const by = (request: FastifyRequest) => ({ actor: sessionOf(request).actor, from: originOf(request) });

  app.post('/api/patients/merge', { onRequest }, async (request) => {
    await mayMerge(s, request);
    const { survivor, other, taken, note: said } = take(mergeBodies.merge, request.body);
    return mergePatients(tools, by(request), { survivor, other, taken, note: said ?? null });
  });

  app.post('/api/patients/unmerge', { onRequest }, async (request) => {
    await mayMerge(s, request);
    const { match, note: said } = take(mergeBodies.unmerge, request.body);
    return unmergePatients(tools, by(request), match, said ?? null);
  });

  app.post('/api/patients/matches/decide', { onRequest }, async (request) => {
    await mayMerge(s, request);
    const { match, different, note: said } = take(mergeBodies.decide, request.body);
    const { actor } = sessionOf(request);
    const kept = await s.rows.row(actor.facility_id, MATCHES.name, match);
    if (!kept || kept.deleted) throw new ProblemError('NOT_FOUND');
    if (kept.status === 'Merged')
      throw new ProblemError('CONFLICT', { say: 'These two are merged. Take the merge apart first.' });
    const at = new Date(s.now()).toISOString();
    const patch = {
      status: different ? 'Different people' : 'Possible',
      decided_by: actor.user_id,
      decided_at: at,
      note: said ?? null,
    };
    const wish = { kind: MATCHES.name, id: match, op: 'edit', patch, base: kept.row_version } as const;
    await writeOne(s, { ...by(request), origin: 'server' }, wish);
    return { message: different ? 'Noted: two different people.' : 'Noted: they may be one person.' };
  });

  app.post('/api/patients/matches/scan', { onRequest }, async (request) => {
    await mayMerge(s, request);
    const { after } = take(mergeBodies.scan, request.body);
    return s.matching.page(sessionOf(request).actor.facility_id, after ?? null);
  });
}

async function mayMerge(s: Services, request: FastifyRequest): Promise<void> {
  if (!mayAct(sessionOf(request).actor, MATCHES, 'merge')) await refuse(s, request, MATCHES, 'edit');
}
