/** A page of the guide as it is drawn: plain values, never HTML. Made of docs/guide by apps/web/guide.config.ts when the app is built. */

/** A run of words. `label` stands on the screen as it is written; `page` is another page of the guide. */
export type Words = { is: 'text' | 'strong' | 'label' | 'code'; text: string } | { is: 'link'; page: string; text: string };

export type Block =
  | { is: 'heading'; level: 2 | 3; id: string; words: Words[] }
  | { is: 'paragraph'; words: Words[] }
  | { is: 'list'; ordered: boolean; items: Block[][] }
  | { is: 'table'; head: Words[][]; rows: Words[][][] }
  | { is: 'code'; text: string }
  | { is: 'picture'; src: string; alt: string };

export interface GuidePage {
  /** Name of its file without `.md`, and the end of its address. */
  name: string;
  title: string;
  /** What the table of contents says of it. */
  about: string;
  blocks: Block[];
}

/** The words of a run, as they are read. */
export const said = (words: readonly Words[]): string => words.map(({ text }) => text).join('');

/** Every word of some blocks. */
export function textOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.is === 'heading' || block.is === 'paragraph') return said(block.words);
      if (block.is === 'list') return block.items.map(textOf).join(' ');
      if (block.is === 'table') return [block.head, ...block.rows].flatMap((row) => row.map(said)).join(' ');
      return block.is === 'code' ? block.text : '';
    })
    .join(' ');
}
