// Stands in for `vitest` while rules are changed: the clinical tests are plain functions without waiting, which one process can call thousands of times.
import { format as print } from 'node:util';
import { chai, JestChaiExpect } from '@vitest/expect';
import { format } from '@vitest/pretty-format';

/** @type {{ id: string, file: string, name: string, run: () => unknown }[]} */
export const TESTS = [];
let suites = [];
let file = '';
const names = new Map();

/** What is declared from now on stands in that file. */
export function declareIn(path) {
  file = path;
  suites = [];
}

export function describe(name, body) {
  suites.push(name);
  body();
  suites.pop();
}

export function test(name, run) {
  const full = [...suites, name].join(' ');
  const id = `${file}#${full}`;
  const seen = names.get(id) ?? 0;
  names.set(id, seen + 1);
  const more = seen === 0 ? '' : ` (${seen + 1})`;
  TESTS.push({ id: id + more, file, name: full + more, run });
}

/** `%s` and the like take the columns of a row in turn, `$name` a field of it. */
function nameOf(name, row) {
  if (name.includes('$')) return name.replace(/\$(\w+)/g, (_, key) => String(row[key]));
  const columns = Array.isArray(row) ? row : [row];
  return print(name, ...columns.slice(0, (name.match(/%[sdj]/g) ?? []).length));
}

const each = (one) => (rows) => (name, body) => {
  for (const row of rows) one(nameOf(name, row), () => body(...(Array.isArray(row) ? row : [row])));
};
test.each = each(test);
describe.each = each(describe);

/** Lines without their common indentation. */
function dedent(text) {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return lines
    .map((line) => line.slice(least))
    .join('\n')
    .trim();
}

chai.use(JestChaiExpect);
chai.use((_, { addMethod, flag }) => {
  addMethod(chai.Assertion.prototype, 'toMatchInlineSnapshot', function (expected) {
    const got = format(flag(this, 'object'), { printBasicPrototype: false, escapeString: false });
    if (dedent(got) !== dedent(expected)) throw new chai.AssertionError('not what was written down');
  });
});

export const expect = (value, message) => chai.expect(value, message);
