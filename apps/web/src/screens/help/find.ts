/** Finds what the guide says about something. Pure. */
import { plainWords } from '../../ui/names.ts';
import { type Block, type GuidePage, said, textOf } from './page.ts';

/** More would be read by nobody. */
const FOUND_MOST = 12;

/** A part of a page under one heading, or its beginning. */
export interface Part {
  page: string;
  pageTitle: string;
  /** Of its heading; empty at the beginning of the page. */
  id: string;
  title: string;
  text: string;
}

/** The pages in parts, each under its heading of the second level. */
export function partsOf(pages: readonly GuidePage[]): Part[] {
  return pages.flatMap((page) => {
    const parts: { id: string; title: string; blocks: Block[] }[] = [{ id: '', title: page.title, blocks: [] }];
    for (const block of page.blocks) {
      if (block.is === 'heading' && block.level === 2) parts.push({ id: block.id, title: said(block.words), blocks: [] });
      else parts.at(-1)?.blocks.push(block);
    }
    return parts.map(({ blocks, ...part }) => ({ ...part, page: page.name, pageTitle: page.title, text: textOf(blocks) }));
  });
}

/** Parts that hold every word (or the beginning of one), those with the words in their title first, in the order of the guide. */
export function findParts(parts: readonly Part[], query: string): Part[] {
  const words = plainWords(query).split(' ').filter(Boolean);
  if (words.length === 0) return [];
  const holds = (text: string) => {
    const within = ` ${plainWords(text)}`;
    return words.every((word) => within.includes(` ${word}`));
  };
  const titled = parts.filter((part) => holds(`${part.pageTitle} ${part.title}`));
  const others = parts.filter((part) => !titled.includes(part) && holds(`${part.pageTitle} ${part.title} ${part.text}`));
  return [...titled, ...others].slice(0, FOUND_MOST);
}
