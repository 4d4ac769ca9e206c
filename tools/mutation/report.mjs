// Adds up what Stryker found, sets aside the changes known to be none (equivalent.json), and says what is left. After a run of everything
// (--whole) it prints docs/mutation.md anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const PAGE = new URL('../../docs/mutation.md', import.meta.url);
const RULES = 'src/clinical/';

/** The text of a file between two places (lines and columns from 1). */
function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.map((line) => line.trim()).join(' ');
}

const known = read('./equivalent.json').map((one) => ({ ...one, met: 0 }));

/** The reason why a change is none, where one is known. */
const equivalentOf = (change) =>
  known.find((one) => one.file === change.file && one.from === change.from && one.to === change.to);

const partOf = (path) => (path.includes('/') ? path.split('/')[0] : 'shared by all');
const files = Object.entries(read('./reports/mutation.json').files).map(([path, { source, mutants }]) => ({
  file: path.slice(RULES.length),
  source,
  mutants,
}));
const changes = files.flatMap(({ file, source, mutants }) =>
  mutants
    .filter(({ status }) => status !== 'Ignored')
    .map(({ status, location, replacement }) => ({
      file,
      line: location.start.line,
      noticed: status === 'Killed' || status === 'Timeout',
      from: textAt(source, location),
      to: (replacement ?? '')
        .split('\n')
        .map((line) => line.trim())
        .join(' '),
    })),
);
/** Changes in what a module computes once, when it is loaded, that were not asked for. */
const waiting = files
  .flatMap(({ mutants }) => mutants)
  .filter(({ status, statusReason }) => status === 'Ignored' && /^Static mutant/.test(statusReason ?? '')).length;

const parts = new Map();
const missed = [];
for (const change of changes) {
  const part = parts.get(partOf(change.file)) ?? { tried: 0, noticed: 0, none: 0, missed: 0 };
  parts.set(partOf(change.file), part);
  part.tried += 1;
  const none = change.noticed ? undefined : equivalentOf(change);
  if (none) none.met += 1;
  if (change.noticed) part.noticed += 1;
  else if (none) part.none += 1;
  else {
    part.missed += 1;
    missed.push(change);
  }
}

const sum = (key) => [...parts.values()].reduce((total, part) => total + part[key], 0);
const percent = (n, of) => `${((100 * n) / of).toFixed(2)} %`;
const row = (name, { tried, noticed, none, missed: left }) =>
  `| ${name} | ${tried} | ${noticed} | ${none} | ${left} | ${percent(noticed, tried)} |`;
const total = { tried: sum('tried'), noticed: sum('noticed'), none: sum('none'), missed: sum('missed') };
const table = [
  '| part | changes tried | noticed | no change at all | missed | score |',
  '| --- | --- | --- | --- | --- | --- |',
  ...[...parts].sort(([a], [b]) => a.localeCompare(b)).map(([name, part]) => row(name, part)),
  row('**all**', total),
];
process.stdout.write(`\n${table.join('\n')}\n`);
for (const { file, line, from, to } of missed) process.stdout.write(`\nmissed: ${file}:${line}\n  - ${from}\n  + ${to}\n`);

const whole = process.argv.includes('--whole');
const stale = whole ? known.filter(({ met }) => met === 0) : [];
for (const { file, from } of stale)
  process.stdout.write(`\nequivalent.json names what is not there any more: ${file}: ${from}\n`);

if (whole) {
  const reasons = new Map();
  for (const { file, from, to, why } of known) reasons.set(why, [...(reasons.get(why) ?? []), { file, from, to }]);
  const text = [
    '# Do the tests of the clinical rules notice?',
    '',
    '`npm run mutate` changes `packages/domain/src/clinical` one operator, condition, block or list at a time in a copy, and runs the tests that reach the change. `npm run mutate -- burns check.ts` does some',
    'folders or files; what was judged before and has not changed since is not tried again (`tools/mutation/reports`). The tests run in one process with one seed, so that the same changes are noticed each time. It ends with 1 when a change',
    'went unnoticed that is not listed below, in `tools/mutation/equivalent.json`. Printed by the',
    `command itself after a run of everything, last on ${new Date().toISOString().slice(0, 10)}.`,
    '',
    ...table,
    '',
    'The score counts every change that went unnoticed against the tests, whether or not it is one; without those that are none',
    `it is ${percent(total.noticed, total.tried - total.none)}. ${waiting === 0 ? 'Declarations, tables and bands are among the changes.' : `${waiting} changes to declarations and tables, computed once when a module is loaded, were not tried in this run (\`npm run mutate -- --loaded\` does).`}`,
    'Not changed: words (an empty text in place of a text); ids are held by the contract, wording by the printed pages (`tools/calculators-page.test.ts`).',
    'Numbers are no operators: limits, tables and points are held by the vectors and by the sums and properties tested beside each rule.',
    '',
    '## Changes that are none',
    '',
    ...[...reasons].flatMap(([why, list]) => [
      `- ${why}`,
      ...list.map(
        ({ file, from, to }) => `  - \`${file}\`: \`${from.replaceAll('|', '\\|')}\` → \`${to.replaceAll('|', '\\|')}\``,
      ),
    ]),
    '',
  ];
  writeFileSync(PAGE, text.join('\n'));
  process.stdout.write(`\n${fileURLToPath(PAGE)} is printed anew.\n`);
}
process.exitCode = missed.length + stale.length > 0 ? 1 : 0;
