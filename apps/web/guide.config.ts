/**
 * The guide (docs/guide) inside the app. Markdown is read once, when the app is built, into plain values that screens/help draws: there is no HTML of
 * it anywhere, and what the drawing does not know fails the build. The words are kept with the app, for use without a network; its pictures are
 * fetched when a page is read.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lexer, type Token, type Tokens } from 'marked';
import type { Plugin } from 'vite';
import type { Block, GuidePage, Words } from './src/screens/help/page.ts';

export const GUIDE_DIR = fileURLToPath(new URL('../../docs/guide', import.meta.url));
/** The table of contents names the pages, in their order. */
const CONTENTS = 'README.md';
const PAGE = /^([a-z-]+)\.md$/;
const PICTURE = /^pictures\/[a-z-]+\.webp$/;

class Unknown extends Error {
  constructor(file: string, what: string) {
    super(`${file}: ${what}. The guide uses headings, paragraphs, lists, tables, code, links and pictures.`);
  }
}

const textOf = (token: Token): string =>
  'tokens' in token && token.tokens ? token.tokens.map(textOf).join('') : 'text' in token ? String(token.text) : '';

function wordsOf(tokens: readonly Token[], file: string): Words[] {
  return tokens.flatMap((token): Words[] => {
    const text = textOf(token).replace(/\s+/g, ' ');
    if (token.type === 'text' || token.type === 'escape') {
      const inner = (token as Tokens.Text).tokens;
      return inner ? wordsOf(inner, file) : [{ is: 'text', text }];
    }
    if (token.type === 'strong') return [{ is: 'strong', text }];
    if (token.type === 'em') return [{ is: 'label', text }];
    if (token.type === 'codespan') return [{ is: 'code', text }];
    if (token.type === 'link') {
      const page = PAGE.exec((token as Tokens.Link).href)?.[1];
      // What lies beside the guide is for whoever has the project at hand; in the app its name must do.
      return [page ? { is: 'link', page, text } : { is: 'text', text }];
    }
    throw new Unknown(file, `${token.type} "${token.raw.trim()}" is not drawn`);
  });
}

const idOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

function blocksOf(tokens: readonly Token[], file: string): Block[] {
  return tokens.flatMap((token): Block[] => {
    if (token.type === 'space') return [];
    if (token.type === 'heading') {
      const { depth, tokens: inner } = token as Tokens.Heading;
      if (depth !== 2 && depth !== 3) throw new Unknown(file, `a heading of level ${depth} inside`);
      return [{ is: 'heading', level: depth, id: idOf(textOf(token)), words: wordsOf(inner, file) }];
    }
    if (token.type === 'paragraph' || token.type === 'text') {
      const inner = (token as Tokens.Paragraph).tokens ?? [];
      const [only] = inner;
      if (inner.length === 1 && only?.type === 'image') {
        const { href, text } = only as Tokens.Image;
        if (!PICTURE.test(href) || !text) throw new Unknown(file, `a picture is pictures/name.webp and has words: "${href}"`);
        return [{ is: 'picture', src: `/guide/${basename(href)}`, alt: text }];
      }
      return [{ is: 'paragraph', words: wordsOf(inner, file) }];
    }
    if (token.type === 'list') {
      const { ordered, items } = token as Tokens.List;
      return [{ is: 'list', ordered, items: items.map((item) => blocksOf(item.tokens, file)) }];
    }
    if (token.type === 'table') {
      const { header, rows } = token as Tokens.Table;
      const line = (cells: readonly Tokens.TableCell[]) => cells.map((cell) => wordsOf(cell.tokens, file));
      return [{ is: 'table', head: line(header), rows: rows.map(line) }];
    }
    if (token.type === 'code') return [{ is: 'code', text: (token as Tokens.Code).text }];
    throw new Unknown(file, `${token.type} "${token.raw.trim().slice(0, 40)}" is not drawn`);
  });
}

/** One page of the guide, of its Markdown. */
export function readPage(name: string, about: string, markdown: string): GuidePage {
  const file = `docs/guide/${name}.md`;
  const [first, ...rest] = lexer(markdown);
  if (first?.type !== 'heading' || (first as Tokens.Heading).depth !== 1)
    throw new Unknown(file, 'it does not begin with its title');
  return { name, title: textOf(first), about, blocks: blocksOf(rest, file) };
}

/** The pages that the table of contents names, in its order. */
export function readGuide(dir: string = GUIDE_DIR): GuidePage[] {
  const contents = readFileSync(join(dir, CONTENTS), 'utf8');
  return [...contents.matchAll(/^- \[[^\]]+\]\(([a-z-]+)\.md\): (.+)$/gm)].map(([, name = '', about = '']) =>
    readPage(name, about, readFileSync(join(dir, `${name}.md`), 'utf8')),
  );
}

const VIRTUAL = 'virtual:guide';

/** Gives the app its guide as the module `virtual:guide`, and the pictures beside it. */
export function guide(): Plugin {
  return {
    name: 'guide',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load(id) {
      if (id !== `\0${VIRTUAL}`) return undefined;
      const pages = readGuide();
      for (const { name } of pages) this.addWatchFile(join(GUIDE_DIR, `${name}.md`));
      if (this.meta.watchMode !== true) {
        const shown = new Set(
          pages.flatMap(({ blocks }) => blocks.flatMap((b) => (b.is === 'picture' ? [basename(b.src)] : []))),
        );
        for (const picture of shown) {
          const source = join(GUIDE_DIR, 'pictures', picture);
          if (!existsSync(source)) throw new Error(`docs/guide/pictures/${picture} is not there: npm run shots`);
          this.emitFile({ type: 'asset', fileName: `guide/${picture}`, source: readFileSync(source) });
        }
      }
      return `export const GUIDE = ${JSON.stringify(pages)};`;
    },
  };
}
