import type { Json } from '@psa/domain';

/** What is done to a request beneath the level of HTTP. */
export const ODDITIES = [
  'half',
  'cut',
  'chunks',
  'both lengths',
  'headers',
  'method',
  'line',
  'big',
  'expect',
  'twice',
] as const;
export type Oddity = (typeof ODDITIES)[number];

export type Body = { json: Json } | { text: string } | { bytes: string } | { group: Json; request: Json };

/** One request, as plain data: it can be sent again, made smaller and printed. */
export interface Story {
  /** The route as the server names it. */
  route: string;
  method: string;
  path: string;
  query: readonly (readonly [string, string])[];
  headers: Readonly<Record<string, string>>;
  /** Who asks; a name of the cast. */
  who: string;
  body?: Body;
  odd?: Oddity;
}

export const target = ({ path, query }: Story): string =>
  query.length === 0 ? path : `${path}?${query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')}`;

/** Half characters have no encoding: they are sent as bytes that are no UTF-8. */
const encode = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80';
  }
};

const shown = (text: string, most = 2_000): string =>
  text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;

/** A story as somebody would type it to see it again. */
export function told(story: Story): string {
  const { method, headers, who, body, odd } = story;
  const lines = [`curl -i -X ${method} '$BASE${shown(target(story))}'`, `  # as ${who}${odd ? `, ${odd}` : ''}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`  -H '${name}: ${shown(value, 200)}'`);
  if (body) lines.push(`  --data-binary '${shown('text' in body ? body.text : JSON.stringify(body))}'`);
  return lines.join(' \\\n');
}

/** Smaller stories that might show the same, the boldest first. */
export function* smaller(story: Story): Generator<Story> {
  if (story.odd) yield { ...story, odd: undefined } as unknown as Story;
  if (story.query.length > 0) yield { ...story, query: [] };
  if (Object.keys(story.headers).length > 0) yield { ...story, headers: {} };
  for (const [i] of story.query.entries()) yield { ...story, query: story.query.filter((_q, j) => j !== i) };
  const { body } = story;
  if (!body) return;
  yield { ...story, body: { json: {} } };
  if ('json' in body) for (const json of smallerValues(body.json)) yield { ...story, body: { json } };
  if ('group' in body) for (const group of smallerValues(body.group)) yield { ...story, body: { ...body, group } };
}

function* smallerValues(value: Json): Generator<Json> {
  if (typeof value === 'string' && value.length > 20) yield value.slice(0, value.length / 2);
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) {
      yield value.toSpliced(i, 1);
      for (const less of smallerValues(one)) yield value.with(i, less);
    }
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    for (const less of smallerValues(one)) yield { ...value, [key]: less };
  }
}
