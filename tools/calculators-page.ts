import { CALCULATORS, type Calculator, type InputSpec, isNeeded, type OutputSpec, SYSTEMS } from '@psa/domain/clinical';

const code = (words: string): string => `\`${words}\``;
/** A bar would end the cell. */
const cell = (words: string): string => words.replaceAll('|', '\\|');
const unitOf = (spec: { unit?: string }): string => (spec.unit === undefined ? '' : ` ${spec.unit}`);

function allowed(spec: InputSpec): string {
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const low = spec.exclusiveMin ? `above ${spec.min}` : `${spec.min}`;
      const also = spec.alsoAllow ? ` or ${Object.keys(spec.alsoAllow).map(code).join(', ')}` : '';
      return `${spec.type === 'integer' ? 'whole number, ' : ''}${low} to ${spec.max}${unitOf(spec)}${also}`;
    }
    case 'enum':
      return Object.keys(spec.values).map(code).join(', ');
    case 'array<enum>':
      return `any of ${Object.keys(spec.values).map(code).join(', ')}`;
    case 'array<integer>':
      return `${spec.items.length} whole numbers, ${spec.min} to ${spec.max}`;
    case 'array<string>':
      return 'texts';
    case 'boolean':
      return 'yes or no';
    case 'datetime':
      return spec.happened ? 'a moment with its zone; the form refuses one that has not come' : 'a moment with its zone';
    case 'string':
      return 'text';
    case 'object':
      return `answers by ${Object.keys(spec.items).map(code).join(', ')}`;
  }
}

const input = ([name, spec]: [string, InputSpec]): string =>
  `| ${code(name)} | ${cell(spec.label)} | ${cell(allowed(spec))} | ${isNeeded(spec, {}) ? 'always' : spec.requiredWhen ? `when ${code(spec.requiredWhen.field)} is ${spec.requiredWhen.is.join(' or ')}` : 'no'} |`;

const output = ([name, spec]: [string, OutputSpec]): string[] => [
  `- ${code(name)}: ${spec.label}${unitOf(spec)}${spec.nullable ? ', or null' : ''}`,
  ...Object.entries(spec.bands ?? {}).map(([id, { label, range, means }]) => `  - ${code(id)} ${label}: ${range}. ${means}`),
];

function chapter(one: Calculator): string[] {
  const sources = one.sources.map(({ cite, year }) => `${cite} (${year})`).join('; ');
  return [
    `## ${one.title}`,
    '',
    `${code(one.id)}, version ${one.version}. ${one.about}`,
    '',
    '| asked as | words | allowed | needed |',
    '| --- | --- | --- | --- |',
    ...Object.entries(one.inputs).map(input),
    '',
    ...Object.entries(one.outputs).flatMap(output),
    '',
    `Sources: ${sources}. To be signed by: ${one.sign.join(', ')}.${one.licence === null ? '' : ` ${one.licence}`}`,
    '',
    ...one.limits.map((limit) => `- ${limit}`),
    '',
  ];
}

const fileOf = (system: string): string => `${system.toLowerCase().replaceAll(' ', '-')}.md`;

/**
 * docs/calculators: every clinical rule with what it asks, answers and rests on, a page for each system and one to find them. Printed from the declarations.
 * @returns text by file name
 */
export function calculatorPages(): Map<string, string> {
  const all = Object.values(CALCULATORS);
  const pages = new Map<string, string>();
  const index: string[] = [];
  for (const system of SYSTEMS) {
    const those = all.filter((one) => one.system === system);
    if (those.length === 0) continue;
    const file = fileOf(system);
    const head = [
      `# ${system}`,
      '',
      'Clinical rules, printed from the declarations; [what they have in common](README.md).',
      '',
    ];
    pages.set(file, [...head, ...those.flatMap(chapter)].join('\n'));
    index.push(`| [${system}](${file}) | ${those.map((one) => `${one.title} (${code(one.id)})`).join(', ')} |`);
  }
  const readme = [
    '# The clinical rules',
    '',
    'Printed from `packages/domain/src/clinical`; `npx vitest run tools/calculators-page -u` prints these pages anew. Decision support, never an order; no rule has a default for a missing answer.',
    'Fields are checked in the order asked: MISSING_INPUT, INVALID_VALUE or OUT_OF_RANGE of the first that fails, then what does not fit together (INCONSISTENT). Rounding is half away from zero;',
    'bands go by the unrounded value unless said otherwise. `npm run -s psa -- calc FILE` runs test vectors, `POST /api/calculators/<id>` computes one.',
    '',
    'Held by: the contract, 424 vectors (`vectors/contract.json`); vectors at limits, halves and bands whose answers were computed apart from the rules in exact fractions (`vectors/boundaries.json`); every refusal derived from the',
    'contract (`vectors/errors.test.ts`); properties of each rule beside it. Whether these tests notice when a rule is changed is tried by `npm run mutate`: see',
    '[docs/mutation.md](../mutation.md).',
    '',
    '| system | rules |',
    '| --- | --- |',
    ...index,
    '',
  ];
  return pages.set('README.md', readme.join('\n'));
}
