import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AREAS, PROBLEMS, RECORD_LIST, ROLE_TITLES } from '@psa/domain';
import { CALCULATORS } from '@psa/domain/clinical';
import { describe, expect, test } from 'vitest';
import { GUIDE_DIR, readGuide, readPage } from '../apps/web/guide.config.ts';
import { findParts, partsOf } from '../apps/web/src/screens/help/find.ts';
import type { Block, Words } from '../apps/web/src/screens/help/page.ts';
import { isTest, readSources, withoutComments } from './tidy/sources.ts';

const pages = readGuide();

const runs = (blocks: readonly Block[]): Words[] =>
  blocks.flatMap((block) => {
    if (block.is === 'heading' || block.is === 'paragraph') return block.words;
    if (block.is === 'list') return block.items.flatMap(runs);
    return block.is === 'table' ? [block.head, ...block.rows].flat(2) : [];
  });

const tidied = (text: string): string => text.replace(/\s+/g, ' ').trim();
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What the declarations put on the screen: titles, fields, choices, sections, and the buttons made of them. */
function declared(): string[] {
  const records = RECORD_LIST.flatMap((def) => [
    def.title,
    def.titles,
    `Add ${def.title.toLowerCase()}`,
    ...Object.values(def.fields).flatMap((field) => [field.label, ...(field.choices ?? [])]),
    ...(def.form ?? []).map((section) => section.title),
  ]);
  const others = [AREAS, Object.values(ROLE_TITLES), Object.values(PROBLEMS).map(({ say }) => say)].flat();
  return [...records, ...others, ...Object.values(CALCULATORS).map(({ title }) => title)];
}

/** What the source of the web app puts on the screen: quoted text, text between tags, and text with a gap where a value comes. */
function written(): { exact: Set<string>; patterns: RegExp[] } {
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  const sources = readSources().filter(({ path }) => /^apps\/web\/src\/.*\.tsx?$/.test(path) && !isTest(path));
  for (const { path, text } of sources.map((one) => ({ ...one, text: withoutComments(one.text) }))) {
    const quoted = [...text.matchAll(/'((?:[^'\\\n]|\\.)+)'|"([^"\n]+)"/g)].map(([, one, two]) => one ?? two ?? '');
    const between = path.endsWith('x')
      ? [...text.matchAll(/>((?:[^<>{}]|\{[^{}<>]*\})+)(?=<)/g)].map(([, found = '']) => found)
      : [];
    const templates = [...text.matchAll(/`((?:[^`\\$]|\\.|\$(?!\{)|\$\{[^{}]*\})+)`/g)].map(([, found = '']) => found);
    for (const found of [...quoted, ...between, ...templates]) {
      const fixed = found.split(/\$?\{[^{}]*\}/).map(tidied);
      if (fixed.length === 1) exact.add(tidied(found));
      else if (fixed.join('').replace(/[^A-Za-z]/g, '').length >= 4)
        patterns.push(new RegExp(`^${fixed.map(literally).join('\\s?.+\\s?')}$`));
    }
  }
  return { exact, patterns };
}

const { exact, patterns } = written();
for (const label of declared()) exact.add(tidied(label));
/** A sentence may be named by its beginning, up to where it pauses. */
const begun = new Set([...exact].flatMap((text) => [...text.matchAll(/[.:,]/g)].map(({ index }) => text.slice(0, index))));
const stands = (label: string) => exact.has(label) || begun.has(label) || patterns.some((pattern) => pattern.test(label));

describe('the guide', () => {
  test('has every page in its table of contents, under its own title', () => {
    const contents = readFileSync(join(GUIDE_DIR, 'README.md'), 'utf8');
    expect(pages.length).toBeGreaterThan(8);
    for (const { name, title } of pages) expect(contents).toContain(`[${title}](${name}.md)`);
  });

  test.each(pages.map((page) => [page.name, page] as const))('%s names only what stands on the screen', (_, page) => {
    const labels = runs(page.blocks).flatMap((run) => (run.is === 'label' ? [run.text] : []));
    expect([...new Set(labels)].filter((label) => !stands(label))).toEqual([]);
  });

  test('would notice a button that is not there', () => {
    expect(
      ['Save', 'Register a patient', 'Add ward round', 'Saved on this device · 3 to send'].filter((l) => !stands(l)),
    ).toEqual([]);
    expect(['Sav', 'Register patient', 'Add a ward round', 'Everything is fine'].filter(stands)).toEqual([]);
  });

  test('links only to pages and pictures that are there', () => {
    const names = pages.map(({ name }) => name);
    for (const { name, blocks } of pages) {
      expect(
        runs(blocks).flatMap((run) => (run.is === 'link' && !names.includes(run.page) ? [`${name} → ${run.page}`] : [])),
      ).toEqual([]);
      for (const block of blocks)
        if (block.is === 'picture')
          expect(existsSync(join(GUIDE_DIR, 'pictures', block.src.replace('/guide/', '')))).toBe(true);
    }
  });

  test('has headings that can be told apart on each page', () => {
    for (const { name, blocks } of pages) {
      const ids = blocks.flatMap((block) => (block.is === 'heading' ? [block.id] : []));
      expect({ name, ids: [...new Set(ids)] }).toEqual({ name, ids });
    }
  });

  test('is small enough to be kept on every device', () => {
    expect(JSON.stringify(pages).length).toBeLessThan(120_000);
  });
});

describe('Markdown that the app does not draw', () => {
  test.each([
    ['HTML', '# T\n\n<b onclick="x()">hello</b>\n'],
    ['a picture from elsewhere', '# T\n\n![words](https://example.com/a.png)\n'],
    ['a picture without words', '# T\n\n![](pictures/a.webp)\n'],
    ['a page without a title', 'Hello.\n'],
    ['a second title', '# T\n\n# U\n'],
  ])('%s fails the build', (_, markdown) => {
    expect(() => readPage('x', '', markdown)).toThrow(/docs\/guide\/x\.md/);
  });

  test('a link to elsewhere becomes its words', () => {
    const [block] = readPage('x', '', '# T\n\nSee [there](javascript:alert) and [this](nurse.md).\n').blocks;
    expect(block).toEqual({
      is: 'paragraph',
      words: [
        { is: 'text', text: 'See ' },
        { is: 'text', text: 'there' },
        { is: 'text', text: ' and ' },
        { is: 'link', page: 'nurse', text: 'this' },
        { is: 'text', text: '.' },
      ],
    });
  });
});

describe('the search through the guide', () => {
  const parts = partsOf(pages);
  test.each([
    ['lost tablet', 'administrator'],
    ['conflict', 'everybody'],
    ['pin', 'everybody'],
    ['FOLDER register', 'doctor'],
    ['verif', 'laboratory'],
  ])('%s finds something on the page %s', (query, page) => {
    expect(findParts(parts, query).map((part) => part.page)).toContain(page);
  });

  test('puts what is called so first, and finds nothing for nonsense or nothing', () => {
    expect(findParts(parts, 'audit')[0]).toMatchObject({ page: 'administrator', id: 'the-audit-trail' });
    expect(findParts(parts, 'zebra crossing')).toEqual([]);
    expect(findParts(parts, '  ')).toEqual([]);
  });
});
