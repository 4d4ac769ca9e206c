import { type RecordDef, recordOf, type SystemFields } from '@psa/domain';
import { IconArrowDown, IconArrowUp, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { useSync } from '../store/index.ts';
import { plainWords } from '../ui/names.ts';
import { count } from '../ui/numbers.ts';
import { Absent, Empty } from '../ui/Pieces.tsx';
import { CALLED_AFTER, momentField, momentText, summaryOf } from './moment.ts';
import { useSaying } from './saying.ts';
import { labelOf, loose, type Saying, sayValue, titleOf } from './values.ts';

const ROW_REM = 3;
const COLUMNS_MOST = 6;

interface LinkProps {
  className: string;
  'data-index': number;
}

/** A row and what is said of it: worked out when first looked at, since of ten thousand rows a screenful is. */
interface Line<R> {
  row: R;
  say(column: number): string | undefined;
  text(): string;
}

/** The column that names an entry by its lines. */
const LINES = 'lines of it';

const headOf = (def: RecordDef, name: string): string =>
  name === LINES ? (recordOf(CALLED_AFTER[def.name]?.kind ?? '')?.titles ?? '') : labelOf(def, name);

const inOrder = new Intl.Collator('en', { numeric: true }).compare;

function lineOf<R extends SystemFields>(def: RecordDef, row: R, columns: readonly string[], how: Saying): Line<R> {
  const said = new Map<number, string | undefined>();
  let text: string | undefined;
  const say = (column: number) => {
    if (!said.has(column)) {
      const name = columns[column] ?? '';
      said.set(column, name === LINES ? summaryOf(def, row, how) : sayValue(def.fields[name], loose(row)[name], how));
    }
    return said.get(column);
  };
  return {
    row,
    say,
    text() {
      text ??= plainWords([titleOf(def.name, row), ...columns.map((_, i) => say(i))].join(' '));
      return text;
    },
  };
}

/** Fewer rows than this are all in sight: nothing to find, nothing to count. */
const FIND_FROM = 8;

/** Rows of one kind with the columns of its declaration: filter, sort, arrow keys. Draws only what is in sight. */
export function RecordTable<R extends SystemFields>({
  def,
  rows,
  link,
  first,
  ordered = false,
  part = false,
}: {
  def: RecordDef;
  rows: readonly R[];
  /** A field that stands before the columns of the declaration: whose entry it is. */
  first?: string | undefined;
  /** The rows come in the order in which they are to stand until a column is chosen. */
  ordered?: boolean;
  /** Part of a page that scrolls as a whole, with a filter only where there is much to find. */
  part?: boolean;
  link(row: R, children: ReactNode, props: LinkProps): ReactNode;
}) {
  const how = useSaying(def);
  const { fetching } = useSync();
  const columns = useMemo(() => {
    const listed = (def.list ?? Object.keys(def.fields)) as readonly string[];
    const before = [first, def.name in CALLED_AFTER ? LINES : undefined].filter((name) => name !== undefined);
    return [...before, ...listed.filter((name) => !before.includes(name))].slice(0, COLUMNS_MOST);
  }, [def, first]);
  const [query, setQuery] = useState('');
  const [sort, setSort] = useState<{ column: number; down: boolean } | null>(ordered ? null : { column: 0, down: false });
  const scroller = useRef<HTMLDivElement>(null);

  const lines = useMemo(() => rows.map((row) => lineOf(def, row, columns, how)), [rows, columns, def, how]);
  const shown = useMemo(() => {
    const words = plainWords(query).split(' ').filter(Boolean);
    const found = words.length === 0 ? lines : lines.filter((line) => words.every((w) => line.text().includes(w)));
    if (!sort) return found;
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
          : (line.say(sort.column) ?? '');
    };
    return [...found].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === '' || y === '') return x === y ? 0 : x === '' ? 1 : -1;
      return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : inOrder(String(x), String(y)));
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
    <div className={`table table-${columns.length}${part ? ' table-part' : ''}`} onKeyDown={onKeys}>
      {!(part && rows.length < FIND_FROM) && (
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
      )}
      <div className="table-head">
        {columns.map((name, i) => (
          <button
            key={name}
            type="button"
            onClick={() => setSort({ column: i, down: sort?.column === i && !sort.down })}
            aria-label={`Sort by ${headOf(def, name)}`}
          >
            {headOf(def, name)}
            {sort?.column === i &&
              (sort.down ? <IconArrowDown size="0.9rem" aria-hidden /> : <IconArrowUp size="0.9rem" aria-hidden />)}
          </button>
        ))}
      </div>
      <div className="table-rows" ref={scroller}>
        {shown.length === 0 && (
          <Empty title={query ? 'Nothing matches' : fetching ? 'Still being fetched' : `No ${def.titles.toLowerCase()} yet`} />
        )}
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
                  <>
                    <span className="table-brief">
                      <Brief def={def} line={line} columns={columns.length} how={how} first={first} />
                    </span>
                    <span className="table-row">
                      {columns.map((name, i) => (
                        <span key={name} className={i === 0 ? 'table-cell strong' : 'table-cell'}>
                          {line.say(i) ?? <Absent words="–" />}
                        </span>
                      ))}
                    </span>
                  </>,
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

/** A row where there is no room for columns: whose or what, then when and what was found. */
function Brief<R extends SystemFields>({
  def,
  line,
  columns,
  how,
  first,
}: {
  def: RecordDef;
  line: Line<R>;
  columns: number;
  how: Saying;
  first: string | undefined;
}) {
  const when = momentText(def, line.row, how);
  const summary = summaryOf(def, line.row, how) || def.title;
  // What has no moment of its own is told by the rest of its columns.
  const others = Array.from({ length: columns - 1 }, (_, i) => line.say(i + 1)).filter((said) => said !== summary);
  const rest = momentField(def) === undefined ? others : [when];
  const [strong, ...more] = first === undefined ? [summary, ...rest] : [line.say(0) ?? summary, when, summary];
  return (
    <>
      <span className="table-cell strong">{strong}</span>
      <span className="table-cell muted small">{more.filter(Boolean).join(' · ')}</span>
    </>
  );
}
