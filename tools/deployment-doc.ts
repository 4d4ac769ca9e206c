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

/** Every `psa COMMAND …` of a text, as words; what follows a pipe or a redirection is no part of it. */
export function commandsIn(text: string): string[][] {
  return [
    ...text.matchAll(
      /(?:^|[`\s(])(?:npm run psa --|npm run -s psa --|psa|run --rm app) ((?:[a-z][\w-]*|--help)[^`\n|>&;)#]*)/g,
    ),
  ].map(([, words = '']) => words.trim().split(/\s+/));
}
