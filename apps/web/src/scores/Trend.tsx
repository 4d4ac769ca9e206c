import type { Calculator } from '@psa/domain/clinical';
import { dayIn, showDay, showInstant } from '../ui/days.ts';
import { showNumber } from '../ui/numbers.ts';
import type { Point } from './kept.ts';
import type { Reader } from './words.ts';

const WIDTH = 320;
const HEIGHT = 110;
const EDGE = { left: 34, right: 12, top: 12, bottom: 20 };

/** A round step so that an axis has two to four marks. */
function stepFor(span: number): number {
  const rough = span / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power;
}

/** Marks of an axis that hold all values; one value has room above and below. */
export function marksFor(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = stepFor(high > low ? high - low : Math.max(1, Math.abs(high) / 2));
  const first = Math.floor(low / step - (low === high ? 1 : 0));
  const last = Math.ceil(high / step + (low === high ? 1 : 0));
  return Array.from({ length: last - first + 1 }, (_mark, n) => Number(((first + n) * step).toPrecision(12)));
}

/**
 * Results of one instrument over time: points on a true axis of time, straight lines between them, and the same values as a table.
 * @param now the result that stands on the page and is not kept yet.
 */
export function Trend({
  calculator,
  points,
  now,
  reader,
}: {
  calculator: Calculator;
  points: readonly Point[];
  now?: Point | undefined;
  reader: Reader;
}) {
  const all = (now ? [...points, now] : points).toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  if (all.length === 0 || (now && points.length === 0))
    return <p className="muted small">No earlier result of this patient.</p>;
  const spec = calculator.outputs[calculator.headline.trend ?? calculator.headline.value];
  const marks = marksFor(all.map((point) => point.value));
  const [low, high] = [marks[0] ?? 0, marks.at(-1) ?? 1];
  const times = all.map((point) => Date.parse(point.at));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const x = (at: string) =>
    to === from ? WIDTH / 2 : EDGE.left + ((Date.parse(at) - from) / (to - from)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (value: number) => EDGE.top + (1 - (value - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const day = (at: string) => showDay(dayIn(at, reader.zone));
  const said = (value: number) => showNumber(value, spec?.unit);
  const label = `${spec?.label ?? calculator.title}: ${all.map((point) => `${day(point.at)} ${said(point.value)}`).join(', ')}`;
  const versions = new Set(all.map((point) => point.version)).size;
  return (
    <figure className="trend">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {marks.map((mark) => (
          <g key={mark}>
            <path d={`M${EDGE.left} ${y(mark)}H${WIDTH - EDGE.right}`} className="trend-mark" />
            <text className="trend-word" x={EDGE.left - 5} y={y(mark) + 3.5} textAnchor="end">
              {showNumber(mark)}
            </text>
          </g>
        ))}
        <path
          d={all.map((point, n) => `${n === 0 ? 'M' : 'L'}${x(point.at)} ${y(point.value)}`).join('')}
          className="trend-line"
        />
        {all.map((point) => (
          <circle
            key={point.id}
            cx={x(point.at)}
            cy={y(point.value)}
            r="3.6"
            className="trend-point"
            data-now={point === now || undefined}
          >
            <title>{`${showInstant(point.at, reader.zone, reader.now)}: ${said(point.value)}`}</title>
          </circle>
        ))}
        <text
          className="trend-word"
          x={to === from ? WIDTH / 2 : EDGE.left}
          y={HEIGHT - 4}
          textAnchor={to === from ? 'middle' : 'start'}
        >
          {day(all[0]?.at ?? reader.now)}
        </text>
        {to !== from && (
          <text className="trend-word" x={WIDTH - EDGE.right} y={HEIGHT - 4} textAnchor="end">
            {day(all.at(-1)?.at ?? reader.now)}
          </text>
        )}
      </svg>
      <details>
        <summary className="small">The same as a table</summary>
        <table className="trend-table small">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">{spec?.label ?? 'Result'}</th>
              <th scope="col">Band</th>
            </tr>
          </thead>
          <tbody>
            {all.toReversed().map((point) => (
              <tr key={point.id}>
                <td>{point === now ? 'Not saved yet' : showInstant(point.at, reader.zone, reader.now)}</td>
                <td>{said(point.value)}</td>
                <td>{point.band ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      {versions > 1 && <p className="muted small">Made by different versions of the rule; each result keeps its own.</p>}
    </figure>
  );
}
