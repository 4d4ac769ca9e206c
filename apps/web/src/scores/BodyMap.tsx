import type { Json } from '@psa/domain';
import type { AnswerItem } from '@psa/domain/clinical';
import { type KeyboardEvent, useId, useState } from 'react';
import { Choices } from '../record/widgets.tsx';
import { showNumber } from '../ui/numbers.ts';
import { Big, Typed } from './Ask.tsx';
import { DEPTHS, type Depth } from './answers.ts';
import { type Face, FIGURE, SHAPES, type Shape } from './figure-shapes.ts';

interface Props {
  name: string;
  label: string;
  help?: string | undefined;
  items: Readonly<Record<string, AnswerItem>>;
  /** Percent of each region as it stands in its box. */
  percents: Readonly<Record<string, Json>>;
  depths: Readonly<Record<string, Json>>;
  problems: Readonly<Record<string, string>>;
  regionOf(shape: Shape): string;
  /** What the whole region counts for, in % of the body; null before the age is known. */
  shareOf(region: string): number | null;
  onPercent(region: string, raw: Json): void;
  onDepth(region: string, depth: Depth | null): void;
}

const PARTS = [
  { value: '0', label: 'None' },
  { value: '25', label: '¼' },
  { value: '50', label: '½' },
  { value: '75', label: '¾' },
  { value: '100', label: 'All' },
] as const;

const FACES = [
  { value: 'front', label: 'Front' },
  { value: 'back', label: 'Back' },
] as const satisfies { value: Face; label: string }[];

/** A body to tap on: a region, how much of it, how deep. The same regions stand as a list to be typed. */
export function BodyMap(p: Props) {
  const [as, setAs] = useState<'figure' | 'list'>('figure');
  const [chosen, setChosen] = useState<string | null>(null);
  const [face, setFace] = useState<Face>('front');
  const bounds = (id: string) => `${p.name}.${id}`;
  return (
    <section className="ask-items body-map" aria-label={p.label}>
      <h3>{p.label}</h3>
      {p.help && <p className="field-help">{p.help}</p>}
      <Choices
        name={`${p.name}-as`}
        label="Fill in on"
        options={[
          { value: 'figure', label: 'The figure' },
          { value: 'list', label: 'A list' },
        ]}
        value={as}
        onChange={(value) => setAs(value === 'list' ? 'list' : 'figure')}
        keep
      />
      {as === 'list' ? (
        <div className="body-list">
          {Object.entries(p.items).map(([id, item]) => (
            <Typed
              key={id}
              name={bounds(id)}
              label={item.label}
              raw={p.percents[id] ?? null}
              unit="%"
              whole={false}
              negative={false}
              problem={p.problems[bounds(id)]}
              onChange={(raw) => p.onPercent(id, raw)}
            />
          ))}
        </div>
      ) : (
        <>
          <div className="body-face">
            <Choices
              name={`${p.name}-face`}
              label="Side seen"
              options={FACES}
              value={face}
              onChange={(value) => setFace(value === 'back' ? 'back' : 'front')}
              keep
            />
          </div>
          <div className="body-figures" data-face={face}>
            {FACES.map((one) => (
              <Figure key={one.value} {...p} face={one.value} chosen={chosen} choose={setChosen} />
            ))}
          </div>
          {chosen !== null && p.items[chosen] && (
            <Region {...p} id={chosen} item={p.items[chosen]} close={() => setChosen(null)} />
          )}
          <p className="field-help">The sides are the patient's. Tap a region, then say how much of it is burned.</p>
        </>
      )}
    </section>
  );
}

/** What is said of a region: how much, how deep. */
function stateOf(p: Props, id: string): { percent: number; depth: Depth | null; words: string } {
  const percent = Number(p.percents[id] ?? 0);
  const found = p.depths[id];
  const depth = typeof found === 'string' && Object.hasOwn(DEPTHS, found) ? (found as Depth) : null;
  const said = percent > 0 ? `${percent} %${depth ? `, ${DEPTHS[depth].toLowerCase()}` : ''}` : 'not burned';
  return { percent, depth, words: `${p.items[id]?.label ?? id}: ${said}` };
}

function Figure(p: Props & { face: Face; chosen: string | null; choose(id: string): void }) {
  const patterns = useId().replaceAll(':', '');
  const onKey = (event: KeyboardEvent, id: string) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    p.choose(id);
  };
  const title = p.face === 'front' ? 'Front of the body' : 'Back of the body';
  return (
    <figure className="body-figure" data-face={p.face}>
      <figcaption className="muted small">{p.face === 'front' ? 'Right · Front · Left' : 'Left · Back · Right'}</figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be drawn in. */}
      <svg viewBox={`0 0 ${FIGURE.width} ${FIGURE.height}`} role="group" aria-label={title}>
        <defs>
          <pattern id={`${patterns}-superficial`} width="6" height="6" patternUnits="userSpaceOnUse">
            <circle cx="3" cy="3" r="1.1" className="hatch" />
          </pattern>
          <pattern id={`${patterns}-deep`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line x1="0" y1="0" x2="0" y2="6" className="hatch" />
          </pattern>
          <pattern id={`${patterns}-full`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0H5M0 0V5" className="hatch" />
          </pattern>
        </defs>
        {SHAPES.filter((shape) => shape.face === p.face).map((shape) => {
          const id = p.regionOf(shape);
          const { percent, depth, words } = stateOf(p, id);
          return (
            // biome-ignore lint/a11y/useSemanticElements: there is no button inside a drawing.
            <g
              key={shape.id}
              role="button"
              tabIndex={0}
              aria-label={words}
              aria-pressed={p.chosen === id}
              className="region"
              data-region={shape.id}
              data-on={p.chosen === id || undefined}
              data-burned={percent > 0 ? (depth ?? 'yes') : undefined}
              onClick={() => p.choose(id)}
              onKeyDown={(event) => onKey(event, id)}
            >
              <path
                d={shape.path}
                transform={shape.mirrored ? `matrix(-1 0 0 1 ${FIGURE.width} 0)` : undefined}
                className="region-skin"
              />
              {depth && percent > 0 && (
                <path
                  d={shape.path}
                  transform={shape.mirrored ? `matrix(-1 0 0 1 ${FIGURE.width} 0)` : undefined}
                  fill={`url(#${patterns}-${depth})`}
                />
              )}
              {percent > 0 && (
                <text className="region-percent" x={shape.at[0]} y={shape.at[1]} aria-hidden>
                  {percent}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** What is set of the region that was tapped; stays in sight above the bar. */
function Region(p: Props & { id: string; item: AnswerItem; close(): void }) {
  const { id, item, name } = p;
  const { depth } = stateOf(p, id);
  const raw = p.percents[id] ?? null;
  const share = p.shareOf(id);
  return (
    <div className="body-region">
      <div className="row between">
        <strong>{item.label}</strong>
        <span className="row">
          {share !== null && <span className="muted small num">{showNumber(share, '%')} of the body</span>}
          <button type="button" className="quiet" onClick={p.close}>
            Done
          </button>
        </span>
      </div>
      <div className="body-amount">
        <Choices
          name={`${name}.${id}-part`}
          label="How much of it"
          options={PARTS}
          value={PARTS.find((part) => part.value === String(raw))?.value ?? null}
          onChange={(value) => p.onPercent(id, value)}
          keep
        />
        <Typed
          name={`${name}.${id}`}
          label="Or per cent"
          bare
          raw={raw}
          unit="%"
          whole={false}
          negative={false}
          problem={p.problems[`${name}.${id}`]}
          onChange={(value) => p.onPercent(id, value)}
        />
      </div>
      <Big
        name={`${name}.${id}-depth`}
        label="Depth"
        options={Object.entries(DEPTHS).map(([value, label]) => ({ value, label }))}
        keep
        raw={depth}
        onChange={(value) => p.onDepth(id, value as Depth | null)}
      />
    </div>
  );
}
