import { type FieldSpec, PROBLEMS, RECORD_LIST, type RecordDef, ROLE_TITLES, ROLES, type Role } from '@psa/domain';
import { PUBLISHED } from '../routes/published.ts';
import { OPERATIONS } from './document.ts';
import { type Operation, rolesWho } from './operation.ts';
import { aboutField, rulesOf } from './schema.ts';
import { STYLE } from './style.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const h = (words: string): string => words.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
const anchor = (tag: string): string => tag.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** The document as a page: plain HTML, readable without scripts and on a phone, asking nothing from elsewhere. */
export function docsPage(version: string): string {
  const tags = [...new Set(OPERATIONS.map(({ tag }) => tag))];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>API of the Plastic Surgeon Assistant</title><style>${STYLE}</style></head><body>
<a class="skip" href="#main">To the content</a>
<header><h1>API of the Plastic Surgeon Assistant</h1>
<p>Version ${h(version)}. The same for machines: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p></header>
<nav aria-label="Chapters"><details><summary>Chapters</summary><ul>${tags.map((tag) => `<li><a href="#${anchor(tag)}">${h(tag)}</a></li>`).join('')}</ul></details></nav>
<main id="main">${basics()}${tags.map(chapter).join('\n')}${refusals()}</main></body></html>
`;
}

const basics = (): string => `<section><h2 id="basics">In short</h2><ul class="plain">
<li>Sign in at <code>POST /api/login</code>; send the token as <code>Authorization: Bearer …</code>.</li>
<li>Days are <code>YYYY-MM-DD</code>, moments ISO 8601 in UTC, times <code>HH:MM</code>. Null means: not recorded.</li>
<li>A change touches only the fields that it carries. Nothing is ever removed; DELETE retracts.</li>
<li>Lists come in pages: ask again with <code>cursor</code> until <code>next_cursor</code> is null. Later, <code>since</code> with the
<code>next_since</code> of the first page tells every change, retractions too.</li>
<li>A refusal is <code>{"error", "code", "fields"}</code>; <a href="#refusals">the codes</a> are below. Any request may
be answered with BAD_REQUEST, TOO_LARGE, NOT_SIGNED_IN, SESSION_ENDED, NOT_YOURS or UNAVAILABLE; others are named.</li></ul></section>`;

function chapter(tag: string): string {
  const ops = OPERATIONS.filter((op) => op.tag === tag);
  const def = RECORD_LIST.find(({ titles }) => titles === tag);
  return `<section><h2 id="${anchor(tag)}">${h(tag)}</h2>${def ? about(def) : ''}${ops.map(operation).join('')}</section>`;
}

function about(def: RecordDef): string {
  const rules = rulesOf(def).map((rule) => `<li>${h(rule.slice(2))}</li>`);
  const rows = Object.entries(def.fields).map(([name, f]) => field(name, f));
  const inside = PUBLISHED.find((p) => p.def === def)?.items;
  return `<p>${h(def.about)}${inside ? ` Each holds its <code>${h(inside.key)}</code>.` : ''}</p>
<details><summary>Fields</summary><dl class="fields">${rows.join('')}</dl></details>
${rules.length > 0 ? `<details><summary>Rules</summary><ul class="plain">${rules.join('')}</ul></details>` : ''}`;
}

function field(name: string, f: FieldSpec): string {
  const size = f.max === undefined || f.kind === 'texts' ? '' : `, up to ${f.max} characters`;
  const range = f.least === undefined ? '' : `, ${f.least} to ${f.most}`;
  const what = f.kind === 'choice' ? (f.choices ?? []).join(' · ') : `${f.kind}${size}${range}`;
  const notes = [f.label, aboutField(f), f.required ? 'Required.' : ''].filter((words) => words !== '');
  return `<dt><code>${h(name)}</code></dt><dd>${h(what)}<br><span class="soft">${h(notes.join('. ').replaceAll('..', '.'))}</span></dd>`;
}

function operation(op: Operation): string {
  const parameters = (op.parameters ?? []).filter((p) => p.in === 'query');
  const words = parameters.map((p) => `<dt><code>${h(p.name)}</code></dt><dd>${h(p.about)}</dd>`);
  const codes = [...new Set(op.problems)].map((code) => `${code} (${PROBLEMS[code].status})`);
  return `<details class="op"><summary><b class="${op.method}">${op.method.toUpperCase()}</b> <code>${h(op.path)}</code> <span>${h(op.summary)}</span></summary>
<p>${op.about ? `${h(op.about)} ` : ''}<span class="soft">${h(who(op))}</span></p>
${words.length > 0 ? `<dl class="fields">${words.join('')}</dl>` : ''}
<p class="soft">${op.done.status} when done.${codes.length > 0 ? ` May be refused with ${h(codes.join(', '))}.` : ''}</p></details>`;
}

function who(op: Operation): string {
  if (op.who === 'anybody') return 'Anybody, without signing in.';
  const roles = rolesWho(op);
  if (roles.length === ROLES.length) return 'Everybody who is signed in.';
  if (roles.length === 0) return 'Nobody: only the server does this.';
  return `${roles.map((role: Role) => ROLE_TITLES[role]).join(', ')}.`;
}

function refusals(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, say, retry }]) =>
      `<dt><code>${code}</code> ${status}</dt><dd>${h(say)}${retry ? ' <span class="soft">May succeed later.</span>' : ''}</dd>`,
  );
  return `<section><h2 id="refusals">Refusals</h2><dl class="fields">${rows.join('')}</dl></section>`;
}
