import { z } from 'zod';
import { copy, type TableMap } from '../map.ts';
import type { Reading } from '../reading.ts';

const OPTIONS = z.array(z.object({ text: z.string(), isCorrect: z.boolean().optional() }));

/** Options as the earlier app kept them: with their key among them. */
function optionsOf(r: Reading): z.infer<typeof OPTIONS> {
  const raw = r.raw('options');
  const read = OPTIONS.safeParse(typeof raw === 'string' ? parsed(raw) : raw);
  if (read.success) return read.data;
  r.problems.options = 'The options cannot be read: expected a list of {text, isCorrect}.';
  return [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const topics: TableMap = {
  table: 'cme_topics',
  kind: 'cme_topics',
  patch(r) {
    const machine = r.flag('ai_generated');
    const published = r.flag('is_published') === true;
    if (published) r.note('is_published', true, null, 'Somebody publishes it here, once it was read.');
    r.instant('published_at');
    return {
      ...copy(r, 'cme_topics', [
        'topic_name',
        'category',
        'description',
        'learning_objectives',
        'content',
        'references',
        'difficulty_level',
        'estimated_duration',
        'ai_generated_at',
      ]),
      ai_generated: machine,
    };
  },
};

const questions: TableMap = {
  table: 'mcq_questions',
  kind: 'mcq_questions',
  patch(r) {
    const options = optionsOf(r);
    const right = options.filter(({ isCorrect }) => isCorrect === true).length;
    const kind = r.text('question_type') ?? (right > 1 ? 'Multiple Choice' : 'Single Choice');
    return {
      ...copy(r, 'mcq_questions', ['cme_topic_id', 'question_text', 'difficulty']),
      question_type: kind,
      options: options.map(({ text }) => text.trim()),
    };
  },
  also(r, _patch, id, childId) {
    const options = optionsOf(r);
    const correct_options = options.flatMap(({ isCorrect }, i) => (isCorrect === true ? [i] : []));
    const explanation = r.text('explanation');
    if (correct_options.length === 0) {
      r.note(
        'options',
        null,
        null,
        'No option is marked as right: the question has no key, and is asked of nobody until it has one.',
      );
      return [];
    }
    return [
      {
        kind: 'mcq_keys',
        id: childId('key'),
        op: 'create',
        patch: { mcq_question_id: id, correct_options, explanation },
      },
    ];
  },
};

export const learning: readonly TableMap[] = [
  topics,
  questions,
  {
    table: 'user_assessments',
    kind: null,
    why: 'Marks that the browser gave itself, and that anybody could overwrite: not taken over as results.',
  },
];
