import { type Disguise, type Json, ProblemError } from '@psa/domain';

type JsonObject = { [key: string]: Json };

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const notUnderstood = () =>
  new ProblemError('AI_FAILED', { say: 'The language model answered something that is no chat completion.' });

/** How deep an answer may nest before it is none. */
const DEPTH_MAX = 32;

/** Every text of a value with everything put back. */
function restored(value: Json, disguise: Disguise, depth = 0): Json {
  if (depth > DEPTH_MAX) throw notUnderstood();
  if (typeof value === 'string') return disguise.restore(value);
  if (Array.isArray(value)) return value.map((item) => restored(item, disguise, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restored(item, disguise, depth + 1)]));
}

/** Reads a whole answer. Throws AI_FAILED when it is no chat completion. @param disguise null when nothing was hidden. */
export function readAnswer(text: string, disguise: Disguise | null): JsonObject {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    throw notUnderstood();
  }
  if (!isObject(parsed) || !Array.isArray(parsed.choices)) throw notUnderstood();
  return disguise === null ? parsed : (restored(parsed, disguise) as JsonObject);
}

type Restorer = ReturnType<Disguise['placeholders']['restorer']>;

/**
 * Reads the events of a streamed answer as they come and gives them out with everything put back. A placeholder that is cut by the border
 * of two events is held until it is whole.
 */
export class AnswerStream {
  readonly #disguise: Disguise;
  readonly #decoder = new TextDecoder();
  /** What puts back each text that grows: by choice and field. */
  readonly #growing = new Map<string, Restorer>();
  #line = '';
  #last: JsonObject | undefined;
  /** The provider's own count, when it sent one. */
  usage: Json = null;
  characters = 0;
  done = false;

  constructor(disguise: Disguise) {
    this.#disguise = disguise;
  }

  /** The events that are complete with this piece, as text to be sent on. */
  push(piece: Uint8Array): string {
    this.#line += this.#decoder.decode(piece, { stream: true });
    const lines = this.#line.split(/\r?\n/);
    this.#line = lines.pop() ?? '';
    return lines.map((line) => this.#event(line)).join('');
  }

  /** What was still held, and the end. Throws AI_FAILED when nothing like an answer came. */
  end(): string {
    const rest = this.done ? '' : this.#event(this.#line);
    if (this.#last === undefined) throw notUnderstood();
    return rest + (this.done ? '' : `${this.#flushed()}data: [DONE]\n\n`);
  }

  #event(line: string): string {
    // Names of events, comments and the blank lines between them carry nothing.
    const data = /^data:\s?(.*)$/.exec(line)?.[1]?.trim();
    if (data === undefined || this.done) return '';
    if (data === '[DONE]') {
      const rest = this.#last === undefined ? '' : this.#flushed();
      this.done = true;
      return `${rest}data: [DONE]\n\n`;
    }
    let chunk: Json;
    try {
      chunk = JSON.parse(data) as Json;
    } catch {
      throw notUnderstood();
    }
    if (!isObject(chunk) || !Array.isArray(chunk.choices)) throw notUnderstood();
    if (isObject(chunk.usage)) this.usage = chunk.usage;
    this.#last = chunk;
    const choices = chunk.choices.map((choice) => (isObject(choice) ? this.#choice(choice) : choice));
    const { choices: _, ...rest } = chunk;
    return `data: ${JSON.stringify({ ...(restored(rest, this.#disguise) as JsonObject), choices })}\n\n`;
  }

  #choice(choice: JsonObject): JsonObject {
    const index = String(choice.index ?? 0);
    const delta: JsonObject = {};
    for (const [name, value] of Object.entries(isObject(choice.delta) ? choice.delta : {})) {
      if (typeof value !== 'string' || name === 'role') {
        delta[name] = restored(value, this.#disguise);
        continue;
      }
      this.characters += value.length;
      delta[name] = this.#restorer(`${index}/${name}`).push(value);
    }
    if (typeof choice.finish_reason === 'string') {
      for (const [name, rest] of this.#held(index)) delta[name] = (typeof delta[name] === 'string' ? delta[name] : '') + rest;
    }
    const { delta: _, ...others } = choice;
    return { ...(restored(others, this.#disguise) as JsonObject), delta };
  }

  #restorer(key: string): Restorer {
    const known = this.#growing.get(key) ?? this.#disguise.placeholders.restorer();
    this.#growing.set(key, known);
    return known;
  }

  /** What is held of a choice, by field. */
  #held(index: string): [field: string, rest: string][] {
    return [...this.#growing]
      .filter(([key]) => key.startsWith(`${index}/`))
      .map(([key, restorer]): [string, string] => [key.slice(index.length + 1), restorer.end()])
      .filter(([, rest]) => rest !== '');
  }

  /** An event of its own for what is held when the answer ends without saying so. */
  #flushed(): string {
    const indexes = new Set([...this.#growing.keys()].map((key) => key.split('/')[0] ?? '0'));
    const choices = [...indexes].flatMap((index) => {
      const held = this.#held(index);
      return held.length === 0 ? [] : [{ index: Number(index), delta: Object.fromEntries(held), finish_reason: null }];
    });
    return choices.length === 0 ? '' : `data: ${JSON.stringify({ ...this.#last, choices })}\n\n`;
  }
}
