import { randomUUID } from 'node:crypto';
import type { Actor, Patch } from '@psa/domain';
import { scopesOfActor } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, type DeskWish, openDesk } from '../testing/desk.ts';

/** Marks and credits are made by PostgreSQL from keys that whoever answers never holds. */
let desk: Desk;
let author: Actor;
let learner: Actor;

beforeAll(async () => {
  desk = await openDesk();
  author = await desk.person('consultant');
  learner = await desk.person('house_officer');
});
afterAll(() => desk.close());

interface Lesson {
  topic: string;
  questions: string[];
}

/** A lesson with a question for each key. */
async function lesson(keys: readonly number[][], patch: Patch = {}): Promise<Lesson> {
  const topic = randomUUID();
  const questions = keys.map(() => randomUUID());
  const wishes = keys.flatMap((correct_options, i): DeskWish[] => [
    {
      ...{ kind: 'mcq_questions', id: questions[i] ?? '' },
      patch: {
        ...{ cme_topic_id: topic, question_text: `Question ${i}`, question_type: 'Multiple Choice' },
        options: ['a', 'b', 'c', 'd'],
      },
    },
    { kind: 'mcq_keys', patch: { mcq_question_id: questions[i] ?? '', correct_options, explanation: `because ${i}` } },
  ]);
  const text = { topic_name: 'Burns', content: 'Cool the burn.', is_published: true, credit_points: 2 };
  await desk.done(author, { kind: 'cme_topics', id: topic, patch: { ...text, ...patch } }, ...wishes);
  return { topic, questions };
}

const sitting = (by: Actor, topic: string, answers: Patch, more: Patch = {}) =>
  desk.done(by, {
    kind: 'user_assessments',
    patch: { cme_topic_id: topic, status: 'Completed', answers, started_at: '2026-03-01T08:00:00.000Z', ...more },
  });
const marks = async (id: string) => {
  const { score, total_questions, correct_answers, marking } = await desk.row('user_assessments', id);
  return { score: score === null ? null : Number(score), total_questions, correct_answers, marking };
};
const credits = async (user: Actor, topic: string) => {
  const { rows } = await desk.sql.query('select * from cme_credits where user_id = $1 and cme_topic_id = $2', [
    user.user_id,
    topic,
  ]);
  return rows;
};

test('a completed sitting is marked, with what is right and why; before that nothing is told', async () => {
  const { topic, questions } = await lesson([[0], [1, 2], [3]]);
  const [q0 = '', q1 = '', q2 = ''] = questions;
  const id = await sitting(learner, topic, { [q0]: [0] }, { status: 'In Progress' });
  expect(await marks(id)).toEqual({ score: null, total_questions: null, correct_answers: null, marking: null });
  const answers = { [q0]: [0], [q1]: [2, 1, 1], [q2]: [2] };
  await desk.done(learner, { kind: 'user_assessments', id, op: 'edit', patch: { answers, status: 'Completed' } });
  const made = await marks(id);
  expect(made).toMatchObject({ score: 66.67, total_questions: 3, correct_answers: 2 });
  expect(new Map((made.marking as { question_id: string }[]).map((m) => [m.question_id, m]))).toEqual(
    new Map([
      [q0, { question_id: q0, chosen: [0], correct_options: [0], correct: true, explanation: 'because 0' }],
      [q1, { question_id: q1, chosen: [2, 1, 1], correct_options: [1, 2], correct: true, explanation: 'because 1' }],
      [q2, { question_id: q2, chosen: [2], correct_options: [3], correct: false, explanation: 'because 2' }],
    ]),
  );
});

test.each([
  ['no answer', {}],
  ['part of the right options', [1]],
  ['more than the right options', [0, 1, 2]],
  ['an option by itself', 1],
  ['words', ['1', '2']],
  ['something else', { a: 1 }],
])('%s is not right', async (_what, chosen) => {
  const { topic, questions } = await lesson([[1, 2]]);
  const id = await sitting(learner, topic, { [questions[0] ?? '']: chosen });
  expect(await marks(id)).toMatchObject({ score: 0, total_questions: 1, correct_answers: 0 });
});

test('leaving hard questions out does not help: the lesson says how many a sitting has', async () => {
  const all = await lesson([[0], [1], [2], [3]]);
  const one = { [all.questions[0] ?? '']: [0] };
  const asked = { question_ids: all.questions.slice(0, 1) };
  expect(await marks(await sitting(learner, all.topic, one, asked))).toMatchObject({ score: 25, total_questions: 4 });
  const two = await lesson([[0], [1], [2], [3]], { questions_per_sitting: 2 });
  const half = { [two.questions[0] ?? '']: [0] };
  const few = { question_ids: two.questions.slice(0, 1) };
  expect(await marks(await sitting(learner, two.topic, half, few))).toMatchObject({ score: 50, total_questions: 2 });
});

test('the marking tells of the questions asked only', async () => {
  const { topic, questions } = await lesson([[0], [1], [2]], { questions_per_sitting: 1 });
  const id = await sitting(learner, topic, {}, { question_ids: [questions[1] ?? ''] });
  expect((await marks(id)).marking).toMatchObject([{ question_id: questions[1], correct_options: [1] }]);
});

test('a lesson without questions gives no score and no credit', async () => {
  const { topic } = await lesson([]);
  const id = await sitting(learner, topic, {});
  expect(await marks(id)).toEqual({ score: null, total_questions: 0, correct_answers: 0, marking: [] });
  expect(await credits(learner, topic)).toEqual([]);
});

test('a sitting needs a published lesson and questions of that lesson', async () => {
  const draft = await lesson([[0]], { is_published: null });
  const [open, other] = [await lesson([[0]]), await lesson([[0]])];
  const wish = (cme_topic_id: string, question_ids: string[] | null): DeskWish => ({
    kind: 'user_assessments',
    patch: { cme_topic_id, question_ids, status: 'In Progress' },
  });
  expect(await desk.tell(learner, wish(draft.topic, null))).toEqual(['CONSTRAINT']);
  expect(await desk.tell(learner, wish(open.topic, other.questions))).toEqual(['CONSTRAINT']);
  expect(await desk.tell(learner, wish(open.topic, open.questions))).toEqual(['applied']);
});

test('nobody writes marks, and what has ended stays', async () => {
  const { topic, questions } = await lesson([[0]]);
  const id = await sitting(learner, topic, {});
  const edit = (patch: Patch): DeskWish => ({ kind: 'user_assessments', id, op: 'edit', patch });
  expect(await desk.tell(learner, edit({ score: 100 }))).toEqual(['SERVER_ONLY']);
  expect(await desk.tell(learner, edit({ answers: { [questions[0] ?? '']: [0] } }))).toEqual(['LOCKED']);
  expect(await desk.tell(learner, edit({ status: 'In Progress' }))).toEqual(['LOCKED']);
  await desk.sql.query("update user_assessments set score = 100, correct_answers = 1, marking = '[]' where id = $1", [id]);
  expect(await marks(id)).toMatchObject({ score: 0, correct_answers: 0, marking: [{ correct: false }] });
});

test('an assessment of somebody else cannot be read, ended or begun', async () => {
  const { topic } = await lesson([[0]]);
  const id = await sitting(learner, topic, {}, { status: 'In Progress' });
  const [other, head] = [await desk.person('consultant'), await desk.store.head(desk.facility)];
  expect(await desk.tell(other, { kind: 'user_assessments', id, op: 'edit', patch: { status: 'Abandoned' } })).toEqual([
    'NOT_YOURS',
  ]);
  await sitting(learner, topic, {});
  const page = (who: Actor) => desk.store.pull(desk.facility, head, scopesOfActor(who), 100);
  expect(Object.keys((await page(other)).rows)).not.toContain('user_assessments');
  expect((await page(learner)).rows.user_assessments).toMatchObject([{ user_id: learner.user_id, score: 0 }]);
});

test('a key never reaches who answers', async () => {
  const head = await desk.store.head(desk.facility);
  const { questions } = await lesson([[0]]);
  const text = async (who: Actor) => JSON.stringify(await desk.store.pull(desk.facility, head, scopesOfActor(who), 100));
  expect(await text(learner)).toContain(questions[0]);
  expect(await text(learner)).not.toMatch(/correct_options|because 0/);
  expect(await text(author)).toContain('because 0');
});

test('a passed sitting earns the credit once, with a certificate of its own', async () => {
  const { topic, questions } = await lesson([[0], [1]]);
  const half = { [questions[0] ?? '']: [0] };
  const id = await sitting(learner, topic, half);
  await sitting(learner, topic, half);
  const rows = await credits(learner, topic);
  expect(rows).toMatchObject([{ user_assessment_id: id, score: '50.00', credit_points: '2.0', row_version: 1 }]);
  expect(rows[0].certificate_number).toMatch(/^CME-\d\d-[0-9A-F]{10}$/);
});

test('the pass mark of the lesson decides', async () => {
  const { topic, questions } = await lesson([[0], [1]], { pass_mark: 75 });
  await sitting(learner, topic, { [questions[0] ?? '']: [0] });
  expect(await credits(learner, topic)).toEqual([]);
  await sitting(learner, topic, { [questions[0] ?? '']: [0], [questions[1] ?? '']: [1] });
  expect(await credits(learner, topic)).toMatchObject([{ score: '100.00' }]);
});

test('a failed sitting earns nothing', async () => {
  const { topic } = await lesson([[0], [1]]);
  await sitting(learner, topic, {});
  expect(await credits(learner, topic)).toEqual([]);
});

test('several sittings that end at once earn one credit', async () => {
  const { topic, questions } = await lesson([[0]]);
  const answers = { [questions[0] ?? '']: [0] };
  await Promise.all(Array.from({ length: 8 }, () => sitting(learner, topic, answers)));
  expect(await credits(learner, topic)).toHaveLength(1);
});

test('marks and credits are audited with whose they are; the key is not', async () => {
  const { topic, questions } = await lesson([[0]]);
  const id = await sitting(learner, topic, { [questions[0] ?? '']: [0] });
  const { rows } = await desk.sql.query(
    `select user_id, table_name, new_values from audit_logs where action = 'derive'
      and record_id in ($1::text, (select id::text from cme_credits where user_assessment_id::text = $1::text)) order by table_name`,
    [id],
  );
  expect(rows).toMatchObject([
    { user_id: learner.user_id, table_name: 'cme_credits', new_values: { cme_topic_id: topic } },
    { user_id: learner.user_id, table_name: 'user_assessments' },
  ]);
  expect(rows[1].new_values).toEqual({ score: 100, total_questions: 1, correct_answers: 1 });
});

test('a key fits its question, and a question its key', async () => {
  const { topic, questions } = await lesson([[3]]);
  const [question = ''] = questions;
  const edit = (kind: string, id: string, patch: Patch): DeskWish => ({ kind, id, op: 'edit', patch });
  const { rows } = await desk.sql.query('select id from mcq_keys where mcq_question_id = $1', [question]);
  const key = rows[0].id;
  expect(await desk.tell(author, edit('mcq_keys', key, { correct_options: [4] }))).toEqual(['CONSTRAINT']);
  expect(await desk.tell(author, edit('mcq_questions', question, { options: ['a', 'b'] }))).toEqual(['CONSTRAINT']);
  await desk.done(author, edit('mcq_keys', key, { correct_options: [0, 1] }));
  expect(await desk.tell(author, edit('mcq_questions', question, { question_type: 'Single Choice' }))).toEqual(['CONSTRAINT']);
  await desk.done(author, edit('mcq_questions', question, { options: ['a', 'b'] }));
  const second = { kind: 'mcq_keys', patch: { mcq_question_id: question, correct_options: [0] } };
  expect(await desk.tell(author, second)).toEqual(['TAKEN']);
  expect(await desk.tell(learner, { kind: 'cme_topics', id: topic, op: 'retract' })).toEqual(['NOT_YOURS']);
});

test('who published is filled by the server, and a machine’s draft stays marked', async () => {
  const topic = await desk.done(author, {
    kind: 'cme_topics',
    patch: { topic_name: 'Keloid', content: 'x', ai_generated: true },
  });
  await desk.done(author, { kind: 'cme_topics', id: topic, op: 'edit', patch: { is_published: true } });
  expect(await desk.row('cme_topics', topic)).toMatchObject({
    ...{ published_by: author.user_id, published_at: expect.any(Date), ai_generated_at: expect.any(Date) },
  });
  const unmark = { kind: 'cme_topics', id: topic, op: 'edit', patch: { ai_generated: false } } as const;
  expect(await desk.tell(author, unmark)).toEqual(['APPEND_ONLY']);
});
