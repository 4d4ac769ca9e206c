import type { Calculator, Result } from '@psa/domain/clinical';
import type { ReactNode } from 'react';
import { Tag } from '../ui/Pieces.tsx';
import { bandOf, headlineWords, type Reader, sayOutput, TONES } from './words.ts';

/** Roles with their article: who must sign a rule. */
const signatories = (calculator: Calculator) => calculator.sign.join(' and ');

/** A result: value, band, what it means by its source, how it comes about, and what it does not say. */
export function ResultCard({
  calculator,
  result,
  working,
  version,
  reader,
  children,
}: {
  calculator: Calculator;
  result: Result;
  /** Null when it was made by another version of the rule, whose steps are not known here. */
  working: readonly string[] | null;
  /** Of the rule that made the result. */
  version: string;
  reader: Reader;
  /** The trend, what is done with it. */
  children?: ReactNode;
}) {
  const band = bandOf(calculator, result);
  const { value: first, band: bandOutput } = calculator.headline;
  const others = Object.entries(calculator.outputs).filter(([name]) => name !== first && !(band && name === bandOutput));
  const isClass = first === bandOutput;
  return (
    <section className="score-result" aria-label="Result" data-tone={band ? TONES[band.level] : undefined}>
      <h2>{calculator.title}</h2>
      <p className="score-value">
        <span className="muted small">{calculator.outputs[first]?.label}</span>
        <strong className="num" data-output={first}>
          {headlineWords(calculator, result, reader)}
        </strong>
      </p>
      {band && (
        <div className="score-band">
          <p data-output={bandOutput}>
            {!isClass && <Tag tone={TONES[band.level]}>{band.label}</Tag>} <span className="muted num">{band.range}</span>
          </p>
          <p>{band.means}</p>
        </div>
      )}
      {others.length > 0 && (
        <dl className="score-others">
          {others.map(([name, spec]) => {
            const value = result[name];
            const own = spec.bands?.[String(value)];
            return (
              <div key={name} className="pair">
                <dt>{spec.label}</dt>
                <dd data-output={name}>
                  {sayOutput(spec, value, reader)}
                  {own && <span className="muted small score-means">{own.means}</span>}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
      {children}
      <h3>How it comes about</h3>
      {working === null ? (
        <p className="muted">
          Made by version {version} of this rule; the rule here is version {calculator.version}, so its steps are not shown
          again.
        </p>
      ) : (
        <ol className="score-working num">
          {working.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
      )}
      <About calculator={calculator} version={version} />
    </section>
  );
}

/** What a score does not say, where it comes from, and who has yet to stand behind it. */
function About({ calculator, version }: { calculator: Calculator; version: string }) {
  return (
    <>
      <h3>What it does not say</h3>
      <ul className="score-limits">
        {calculator.limits.map((limit) => (
          <li key={limit}>{limit}</li>
        ))}
      </ul>
      <h3>Where it comes from</h3>
      <ul className="score-sources">
        {calculator.sources.map(({ cite, year }) => (
          <li key={cite}>{cite.includes(String(year)) ? cite : `${cite}, ${year}`}</li>
        ))}
      </ul>
      <p className="muted small">
        Rule version {version}. Unreviewed: the {signatories(calculator)} of the unit must sign it before the unit relies on it.
      </p>
      {calculator.licence && <p className="muted small">{calculator.licence}</p>}
    </>
  );
}
