/** Structured values as text that a person can type: one `item: value` on each line, or values with commas between. Pure. */
import type { Json } from '@psa/domain';
import type { Parsed } from '../ui/days.ts';

function plain(text: string): Json {
  // A number only where nothing of what was typed is lost: 0042 is a lot, 1.50 has its zero for a reason.
  if (/^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text) return Number(text);
  if (text === 'yes' || text === 'no') return text === 'yes';
  return text;
}

const isPlain = (v: Json): v is string | number | boolean => v !== null && typeof v !== 'object';

/** As text that reads back as the same value. */
export function showStructure(value: Json): string {
  const same = (text: string) => {
    const read = readStructure(text);
    return 'value' in read && JSON.stringify(read.value) === JSON.stringify(value);
  };
  const say = (v: string | number | boolean) => (v === true ? 'yes' : v === false ? 'no' : String(v));
  let text: string | undefined;
  if (Array.isArray(value) && value.every(isPlain)) text = value.map(say).join(', ');
  else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const entries = Object.entries(value);
    text = entries.map(([k, v]) => `${k}: ${isPlain(v) ? say(v) : JSON.stringify(v)}`).join('\n');
  }
  return text !== undefined && same(text) ? text : JSON.stringify(value);
}

/** Reads such text; JSON is understood too. */
export function readStructure(text: string): Parsed<Json> {
  const trimmed = text.trim();
  if (/^([[{"]|(true|false)$)/.test(trimmed)) {
    try {
      return { value: JSON.parse(trimmed) as Json };
    } catch {
      return { problem: 'This begins like JSON and is none.' };
    }
  }
  const lines = trimmed.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (!lines.some((line) => line.includes(':'))) {
    return { value: lines.flatMap((line) => line.split(',')).map((part) => plain(part.trim())) };
  }
  const out: Record<string, Json> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim();
    if (at === -1 || name === '') return { problem: `Write "item: value" on each line; "${line.trim().slice(0, 40)}" is not.` };
    if (Object.hasOwn(out, name)) return { problem: `"${name}" stands there twice.` };
    const said = line.slice(at + 1).trim();
    if (/^[[{]/.test(said)) {
      const nested = readStructure(said);
      if ('problem' in nested) return nested;
      out[name] = nested.value ?? null;
    } else out[name] = plain(said);
  }
  return { value: out };
}
