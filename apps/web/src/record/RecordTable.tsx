import type { RecordDef, SystemFields } from '@psa/domain';
import { IconArrowDown, IconArrowUp, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { fold } from '../ui/names.ts';
import { count } from '../ui/numbers.ts';
import { Absent, Empty } from '../ui/Pieces.tsx';
import { useSaying } from './saying.ts';
import { labelOf, loose, sayValue, titleOf } from './values.ts';

const ROW_REM = 3;
const COLUMNS_MOST = 6;

interface LinkProps {
  className: string;
  'data-index': number;
}

interface Line<R> {
  row: R;
  said: (string | undefined)[];
  text: string;
}

/** Rows of one kind with the columns of its declaration: filter, sort, arrow keys. Draws only what is in sight. */
export function RecordTable<R extends SystemFields>({
  def,
  rows,
  link,
}: {
  def: RecordDef;
  rows: readonly R[];
  link(row: R, children: ReactNode, props: LinkProps): ReactNode;
}) {
  const how = useSaying();
  const columns = useMemo(() => ([...(def.list ?? Object.keys(def.fields))] as string[]).slice(0, COLUMNS_MOST), [def]);
  const [query, setQuery] = useState('');
  const [sort, setSort] = useState<{ column: number; down: boolean }>({ column: 0, down: false });
  const scroller = useRef<HTMLDivElement>(null);

  const lines = useMemo(
    () =>
      rows.map((row): Line<R> => {
        const said = columns.map((c) => sayValue(def.fields[c], loose(row)[c], how));
        return { row, said, text: fold([titleOf(def.name, row), ...said].join(' ')) };
      }),
    [rows, columns, def, how],
  );
  const shown = useMemo(() => {
    const words = fold(query).split(' ').filter(Boolean);
    const name = columns[sort.column] ?? 'id';
    const sign = sort.down ? -1 : 1;
    // Days and moments sort by what is stored, words by what is read.
    const key = (line: Line<R>) => {
      const value = loose(line.row)[name];
      const kind = def.fields[name]?.kind;
      return typeof value === 'number'
        ? value
        : kind === 'date' || kind === 'instant'
          ? String(value ?? '')
          : (line.said[sort.column] ?? '');
    };
    return lines
      .filter((line) => words.every((w) => line.text.includes(w)))
      .sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === '' || y === '') return x === y ? 0 : x === '' ? 1 : -1;
        return (
          sign *
          (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true }))
        );
      });
  }, [lines, query, sort, columns, def]);

  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize),
    overscan: 8,
  });

  const onKeys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = Number((event.target as HTMLElement).dataset.index ?? -1) + step;
    if (at < 0 || at >= shown.length) return;
    virtual.scrollToIndex(at);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus());
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys bubble up from the filter and the links, which are the controls.
    <div className={`table table-${columns.length}`} onKeyDown={onKeys}>
      <div className="table-tools">
        <label className="finder-search">
          <IconSearch size="1.1rem" stroke={1.8} aria-hidden />
          <span className="visually-hidden">Filter {def.titles.toLowerCase()}</span>
          <input
            type="search"
            data-list-search
            value={query}
            onChange={(e) => setQuery(e.currentTarget.value)}
            placeholder={`Filter ${def.titles.toLowerCase()}`}
          />
        </label>
        <span className="muted small num" role="status">
          {count(shown.length, def.title.toLowerCase(), def.titles.toLowerCase())}
        </span>
      </div>
      <div className="table-head">
        {columns.map((name, i) => (
          <button
            key={name}
            type="button"
            onClick={() => setSort({ column: i, down: sort.column === i && !sort.down })}
            aria-label={`Sort by ${labelOf(def, name)}`}
          >
            {labelOf(def, name)}
            {sort.column === i &&
              (sort.down ? <IconArrowDown size="0.9rem" aria-hidden /> : <IconArrowUp size="0.9rem" aria-hidden />)}
          </button>
        ))}
      </div>
      <div className="table-rows" ref={scroller}>
        {shown.length === 0 && <Empty title={query ? 'Nothing matches' : `No ${def.titles.toLowerCase()} yet`} />}
        <ul style={{ height: virtual.getTotalSize(), position: 'relative' }} aria-label={def.titles}>
          {virtual.getVirtualItems().map((item) => {
            const line = shown[item.index];
            if (!line) return null;
            return (
              <li
                key={line.row.id}
                style={{ position: 'absolute', insetInline: 0, height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {link(
                  line.row,
                  <span className="table-row">
                    {line.said.map((said, i) => (
                      <span key={columns[i]} className={i === 0 ? 'table-cell strong' : 'table-cell'}>
                        {said ?? <Absent words="–" />}
                      </span>
                    ))}
                  </span>,
                  { className: 'table-link', 'data-index': item.index },
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}
