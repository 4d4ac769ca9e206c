import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Block, Words } from './page.ts';

/** Draws what the guide is made of. Its pieces never change while they are shown: their place is their name. */
export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: a page is a constant.
  return blocks.map((block, i) => <One key={i} block={block} />);
}

function One({ block }: { block: Block }) {
  switch (block.is) {
    case 'heading': {
      const Heading = block.level === 2 ? 'h2' : 'h3';
      return (
        <Heading id={block.id}>
          <Said words={block.words} />
        </Heading>
      );
    }
    case 'paragraph':
      return (
        <p>
          <Said words={block.words} />
        </p>
      );
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul';
      return (
        <List>
          {block.items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a page is a constant.
            <li key={i}>
              <Blocks blocks={item} />
            </li>
          ))}
        </List>
      );
    }
    case 'table':
      return (
        <div className="guide-table">
          <table>
            <thead>
              <Row cells={block.head} Cell="th" />
            </thead>
            <tbody>
              {block.rows.map((cells, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a page is a constant.
                <Row key={i} cells={cells} Cell="td" />
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'code':
      return <pre>{block.text}</pre>;
    case 'picture':
      return <Picture src={block.src} alt={block.alt} />;
  }
}

function Row({ cells, Cell }: { cells: readonly Words[][]; Cell: 'th' | 'td' }) {
  return (
    <tr>
      {cells.map((words, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a page is a constant.
        <Cell key={i}>
          <Said words={words} />
        </Cell>
      ))}
    </tr>
  );
}

function Said({ words }: { words: readonly Words[] }) {
  return words.map((run, i) => {
    const key = `${i} ${run.text}`;
    if (run.is === 'link')
      return (
        <Link key={key} to="/help/$page" params={{ page: run.page }}>
          {run.text}
        </Link>
      );
    if (run.is === 'strong') return <strong key={key}>{run.text}</strong>;
    if (run.is === 'label') return <em key={key}>{run.text}</em>;
    return run.is === 'code' ? <code key={key}>{run.text}</code> : run.text;
  });
}

/** Pictures are not kept on the device: without a network their words stand in. */
function Picture({ src, alt }: { src: string; alt: string }) {
  const [missing, setMissing] = useState(false);
  if (missing) return <p className="muted small">Picture, with a network: {alt}.</p>;
  return <img src={src} alt={alt} loading="lazy" onError={() => setMissing(true)} />;
}
