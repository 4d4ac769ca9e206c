import {
  type Action,
  type Guard,
  mergeRuleOf,
  RECORD_LIST,
  type RecordDef,
  ROLE_TITLES,
  ROLES,
  type Role,
  recordOf,
  rolesOf,
  SCOPES,
} from '@psa/domain';

const LETTERS: readonly [Action, string][] = [
  ['read', 'r'],
  ['create', 'c'],
  ['edit', 'e'],
  ['retract', 'x'],
];

/** What one role may do to one record, as the table says it: `rcex`, `e` in brackets when it is some fields only. */
function cell({ access }: RecordDef, role: Role): string {
  const some = access.edit_only?.[role] !== undefined && !access.edit.includes(role);
  const letters = LETTERS.map(([action, letter]) =>
    access[action].includes(role) ? letter : action === 'edit' && some ? '(e)' : '',
  );
  return letters.join('') || '–';
}

const titles = (roles: readonly Role[]): string => {
  const left = ROLES.filter((role) => !roles.includes(role));
  if (left.length === 0) return 'everybody';
  if (left.length < 4) return `everybody but ${left.map((role) => ROLE_TITLES[role]).join(', ')}`;
  return roles.length === 0
    ? 'nobody'
    : ROLES.filter((r) => roles.includes(r))
        .map((r) => ROLE_TITLES[r])
        .join(', ');
};

/** More than a reader takes in are counted: which they are stands in the declaration. */
const NAMED_MAX = 12;

const labels = (def: RecordDef, fields: readonly string[]): string => {
  const named = [...new Set(fields)];
  if (named.length <= NAMED_MAX) return each(def, named);
  return `${named.length} fields, from ${each(def, named.slice(0, 1))} to ${each(def, named.slice(-1))}`;
};

const each = (def: RecordDef, fields: readonly string[]): string =>
  fields.map((field) => (field === 'id' ? 'the person' : `“${def.fields[field]?.label ?? field}”`)).join(', ');

function guardLine(def: RecordDef, { about, fields, values, from, roles, not_self }: Guard): string {
  const was = from ? ` was ${from.map(String).join(', ')} and` : '';
  const what = values
    ? `${labels(def, fields)}${was} becomes ${values.map(String).join(', ')}`
    : `${labels(def, fields)}${was}`;
  const but = not_self === undefined ? '' : `; not who is named by ${labels(def, [not_self])}`;
  return `To ${about} (${what}): ${titles(roles)}${but}.`;
}

/** What the letters of the table do not say of a record, one sentence a line. */
function lines(def: RecordDef): string[] {
  const { guards = [], edit_only = {}, own, self } = def.access;
  return [
    ...guards.map((guard) => guardLine(def, guard)),
    ...Object.entries(edit_only).map(
      ([role, fields]) => `${ROLE_TITLES[role as Role]} changes only ${labels(def, fields ?? [])}.`,
    ),
    ...(own ? [`One’s own only, to ${own.actions.join(', ')}: those of whom ${labels(def, [own.field])} names.`] : []),
    ...(self ? [`Whoever is named by ${labels(def, [self.field])} changes ${labels(def, self.fields)}.`] : []),
    ...(def.access.acts ?? []).map(({ about, roles }) => `To ${about}, only while connected: ${titles(roles)}.`),
    ...(def.locks ?? []).map(
      ({ when, fields, say }) =>
        `Once ${labels(def, [when.field])} is ${when.is.map((v) => (v === true ? 'yes' : String(v))).join(' or ')}: ${say} (${labels(def, fields)})`,
    ),
  ];
}

/** Fields that only the server fills, by the way of writing that is closed to people. */
const filled = (def: RecordDef): string[] => Object.keys(def.fields).filter((f) => mergeRuleOf(def, f) === 'server');

const restsOn = ({ kind, fields, as }: NonNullable<RecordDef['rests']>[number]['on'][number]): string => {
  const of = recordOf(kind);
  const which = as === undefined ? '' : as === 'id' ? ' itself' : ' it is for';
  return `${of?.title.toLowerCase() ?? kind}${which}${of && fields ? ` (${labels(of, fields)})` : ''}`;
};

const scopeWord = ({ scope }: RecordDef): string =>
  scope === 'row' ? 'that of its record' : scope === 'person' ? 'the person’s own' : scope === 'none' ? 'no device' : scope;

/** docs/access.md: role × record × action, the fields that are told apart, and what devices are sent. Printed from the declarations. */
export function accessPage(): string {
  const head = ['Record', ...ROLES.map((role) => ROLE_TITLES[role]), 'Sent to devices in'];
  const rows = RECORD_LIST.map((def) => [`\`${def.name}\``, ...ROLES.map((role) => cell(def, role)), scopeWord(def)]);
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  const special = RECORD_LIST.flatMap((def) => {
    const said = lines(def);
    return said.length === 0 ? [] : [`### ${def.titles} (\`${def.name}\`)`, '', ...said.map((line) => `- ${line}`), ''];
  });
  const server = RECORD_LIST.flatMap((def) => {
    const fields = def.merge === 'server' ? [] : filled(def);
    return fields.length === 0 ? [] : [`- \`${def.name}\`: ${labels(def, fields)}`];
  });
  const connected = RECORD_LIST.filter((def) => def.merge === 'server').map(({ name }) => `\`${name}\``);
  return [
    '# Who may do what',
    '',
    'Printed from the declarations in `packages/domain/src/records`; `npx vitest run tools/access-page -u` prints it anew. Server and screens ask the same functions',
    '(`may`, `mayOn` in `packages/domain/src/access.ts`), and a test walks every cell of the table over HTTP and sync',
    '(`apps/server/src/routes/access-walk.pg.test.ts`): what is not granted here is refused and leaves nothing but one entry in the audit.',
    '',
    '**r** reads, **c** creates, **e** changes, **(e)** changes some fields, **x** retracts and restores, **–** nothing. What is said further down comes on top.',
    '',
    ...table,
    '',
    '## Beyond the table',
    '',
    ...special,
    '## What waits for a settlement',
    '',
    'While two versions of the following stand open, with high severity and about the same patient (docs/sync.md, S34), nobody does this without a written reason:',
    '',
    ...RECORD_LIST.flatMap(({ rests = [] }) => rests.map(({ act, on }) => `- before ${act}: ${on.map(restsOn).join('; ')}`)),
    '',
    '## Filled by the server',
    '',
    'Whoever sends these is refused (SERVER_ONLY): who did it and when is read from the session or the signed group, marks and scores are computed.',
    '',
    ...server,
    '',
    `Changed only while connected, or by the server alone: ${connected.join(', ')}.`,
    '',
    '## What a device is sent',
    '',
    ...SCOPES.map((scope) => `- \`${scope}\`: ${titles(rolesOf(scope))}`),
    '',
  ].join('\n');
}
