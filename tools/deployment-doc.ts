/** One fenced block of a document. */
export interface Block {
  /** What stands behind the fence: `sh run needs=caddy`. */
  marks: readonly string[];
  text: string;
  /** Of its first line of text. */
  line: number;
}

/** The fenced blocks of a document in Markdown, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { marks: string[]; lines: string[]; line: number } | undefined;
  for (const [i, line] of markdown.split('\n').entries()) {
    if (open && line.trim() === '```') {
      blocks.push({ marks: open.marks, text: open.lines.join('\n'), line: open.line });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (line.startsWith('```')) open = { marks: line.slice(3).trim().split(/\s+/), lines: [], line: i + 2 };
  }
  if (open) throw new Error(`The block that begins in line ${open.line} does not end.`);
  return blocks;
}

/**
 * Every `psa COMMAND …` of a document, as words: at the beginning of a line of a block, and between backticks in the text. What follows a
 * pipe or a redirection is no part of it.
 */
export function commandsIn(markdown: string): string[][] {
  const words = '((?:[a-z][\\w-]*|--help)[^`\\n|>&;)#,]*)';
  const inBlocks = new RegExp(`^(?:podman .*run --rm app|npm run psa --|npm run -s psa --|psa) ${words}`, 'gm');
  const inText = new RegExp(`\`(?:npm run psa --|psa) ${words}[^\`\\n]*\``, 'g');
  const blocks = blocksOf(markdown).filter(({ marks }) => marks[0] === 'sh' || marks[0] === '');
  return [...blocks.map(({ text }) => [...text.matchAll(inBlocks)]), [...markdown.matchAll(inText)]]
    .flat()
    .map(([, found = '']) => found.trim().split(/\s+/));
}
