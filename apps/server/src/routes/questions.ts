import { type Actor, type AnyRow, type Json, may, RECORDS, type RecordDef } from '@psa/domain';
import type { Services } from './services.ts';

/** More than any lesson has. */
const QUESTIONS_MAX = 1_000;

/** What may be told of a question's key. */
interface Key {
  correct_options: readonly Json[];
  explanation: Json;
}

/**
 * The questions of a lesson as JSON text, each option an object of its text. Which are right, and why, is told to whoever holds the keys, and
 * to others only of what their own completed assessments asked, while none of theirs is open: a key never leaves before the answer is in.
 */
export async function questionsOf(s: Services, actor: Actor, topic: string): Promise<string> {
  const where = { cme_topic_id: topic };
  const wish = { where, reach: [], since: null, after: null, limit: QUESTIONS_MAX };
  const { texts } = await s.rows.list(actor.facility_id, 'mcq_questions', wish);
  const questions = texts.map((text) => JSON.parse(text) as AnyRow).reverse();
  const ids = questions.map(({ id }) => id);
  const holds = may(actor, 'read', RECORDS.mcq_keys as unknown as RecordDef);
  const keys = holds ? await allKeys(s, actor, ids) : await answeredKeys(s, actor, topic);
  return JSON.stringify(questions.map((question) => asked(question, keys.get(question.id))));
}

function asked(question: AnyRow, key: Key | undefined) {
  const options = (Array.isArray(question.options) ? question.options : []).map((text, i) =>
    key ? { text, isCorrect: key.correct_options.includes(i) } : { text },
  );
  return { ...question, options, ...(key ? { explanation: key.explanation } : {}) };
}

async function allKeys(s: Services, actor: Actor, ids: readonly string[]): Promise<Map<string, Key>> {
  const rows = await s.rows.pointing(actor.facility_id, 'mcq_keys', 'mcq_question_id', ids);
  return new Map(rows.map(({ to, row }) => [to, keyOf(JSON.parse(row) as AnyRow)]));
}

/** Keys as the marking of the person's own assessments tells them. */
async function answeredKeys(s: Services, { facility_id, user_id }: Actor, cme_topic_id: string): Promise<Map<string, Key>> {
  const reach = [{ field: 'user_id', values: [user_id] }];
  const wish = { where: { cme_topic_id }, reach, since: null, after: null, limit: QUESTIONS_MAX };
  const { texts } = await s.rows.list(facility_id, 'user_assessments', wish);
  const sittings = texts.map((text) => JSON.parse(text) as AnyRow);
  if (sittings.some(({ status }) => status === 'In Progress')) return new Map();
  const told = sittings.flatMap(({ marking }) => (Array.isArray(marking) ? marking : []));
  return new Map(
    told.flatMap((mark): [string, Key][] =>
      typeof mark === 'object' && mark !== null && !Array.isArray(mark) && typeof mark.question_id === 'string'
        ? [[mark.question_id, keyOf(mark)]]
        : [],
    ),
  );
}

const keyOf = (of: Readonly<Record<string, Json>>): Key => ({
  correct_options: Array.isArray(of.correct_options) ? of.correct_options : [],
  explanation: of.explanation ?? null,
});
