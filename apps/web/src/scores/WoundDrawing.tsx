import type { Json } from '@psa/domain';
import { showNumber } from '../ui/numbers.ts';

type Given = Readonly<Record<string, Json>>;

const numberIn = (given: Given, name: string): number | null => {
  const value = given[name];
  return typeof value === 'number' ? value : null;
};

const SIZE = 120;
const GRID_MOST = 40;

/** Length and width of a wound to scale, as an ellipse (or the rectangle it was measured by) on a grid of centimetres. */
export function WoundShape({ given }: { given: Given }) {
  const [length, width] = [numberIn(given, 'lengthCm'), numberIn(given, 'widthCm')];
  if (length === null || width === null || length <= 0 || width <= 0) return null;
  const side = Math.ceil(Math.max(length, width) * 1.1);
  const step = Math.max(1, Math.ceil(side / GRID_MOST));
  const scale = SIZE / side;
  const lines = Array.from({ length: Math.floor(side / step) + 1 }, (_line, n) => n * step * scale);
  const [x, y] = [(length * scale) / 2, (width * scale) / 2];
  return (
    <figure className="wound-shape">
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`${length} by ${width} cm, drawn to scale`}>
        {lines.map((at) => (
          <path key={at} d={`M${at} 0V${SIZE}M0 ${at}H${SIZE}`} className="wound-grid" />
        ))}
        {given.method === 'rectangle' ? (
          <rect x={SIZE / 2 - x} y={SIZE / 2 - y} width={2 * x} height={2 * y} className="wound-area" />
        ) : (
          <ellipse cx={SIZE / 2} cy={SIZE / 2} rx={x} ry={y} className="wound-area" />
        )}
      </svg>
      <figcaption className="muted small num">
        {showNumber(length)} × {showNumber(width)} cm; a square is {step} cm
      </figcaption>
    </figure>
  );
}

/** Parts of a wound bed that must add up to 100 %, as one bar with their sum. */
export function BedBar({ parts }: { parts: readonly { name: string; label: string; percent: number | null }[] }) {
  const sum = parts.reduce((all, part) => all + (part.percent ?? 0), 0);
  const shown = Math.round(sum * 100) / 100;
  const rest = Math.round((100 - sum) * 100) / 100;
  const words = rest === 0 ? '100 %' : rest > 0 ? `${shown} %, ${rest} % still open` : `${shown} %, ${-rest} % too much`;
  return (
    <figure className="bed-bar-figure">
      <div className="bed-bar" role="img" aria-label={`Wound bed: ${words}`} data-over={rest < 0 || undefined}>
        {parts.map(({ name, percent }) =>
          percent === null || percent <= 0 ? null : (
            <span key={name} className={`bed-part bed-${name}`} style={{ flexGrow: percent }}>
              {percent >= 10 ? percent : ''}
            </span>
          ),
        )}
        {rest > 0 && <span className="bed-part bed-open" style={{ flexGrow: rest }} />}
      </div>
      <figcaption className="bed-key small">
        {parts.map(({ name, label, percent }) => (
          <span key={name} className="bed-name">
            <span className={`bed-swatch bed-${name}`} aria-hidden />
            {label} {percent === null ? <span className="muted">not said</span> : <span className="num">{percent} %</span>}
          </span>
        ))}
        <strong className="num">Together {words}</strong>
      </figcaption>
    </figure>
  );
}
