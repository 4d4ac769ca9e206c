import type { Json } from '@psa/domain';
import type { Calculator, InputSpec, Result } from '@psa/domain/clinical';
import { type ReactNode, useRef, useState } from 'react';
import type { Present, Raws } from '../record/form.ts';
import { FIRST_PROBLEM } from '../record/RecordForm.tsx';
import { Tag } from '../ui/Pieces.tsx';
import { Ask } from './Ask.tsx';
import { type Depth, depthsOf, isAsked, mapOf, type Reading, readAnswers } from './answers.ts';
import { BodyMap } from './BodyMap.tsx';
import { CLOCK } from './facts.ts';
import { drawnAs } from './figure-shapes.ts';
import { ResultCard } from './ResultCard.tsx';
import { fieldLabel, refusalWords } from './refusals.ts';
import type { Rules } from './rules.ts';
import { BedBar, WoundShape } from './WoundDrawing.tsx';
import { bandOf, headlineWords, missingWords, TONES } from './words.ts';

/** A result with the answers it follows from. */
export interface Scored {
  given: Readonly<Record<string, Json>>;
  result: Result;
}

interface Props {
  rules: Rules;
  calculator: Calculator;
  raws: Raws;
  onChange(next: Raws): void;
  /** Where a value came from, by field, and what it then was. */
  known: { raws: Raws; said: Readonly<Record<string, string>> };
  present: Present;
  /** Above the questions. */
  before?: ReactNode;
  /** With the result: the trend, what is kept with it. */
  beside?(scored: Scored): ReactNode;
  /** The way to keep it; absent when nothing is kept. */
  save?: { label: string; saving: boolean; run(scored: Scored): void } | undefined;
  /** Said in the bar when nothing is kept. */
  unkept?: string | undefined;
}

/** Parts of a whole: several inputs in per cent and nothing else. */
const PARTS_LEAST = 3;

/** The form of a score, drawn from its declaration: what is missing or what results stands in the bar, always in sight. */
export function ScoreForm(p: Props) {
  const { rules, calculator, raws, known, present, save } = p;
  const [left, setLeft] = useState<ReadonlySet<string>>(() => new Set(Object.keys(known.raws)));
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const reading = readAnswers(rules, calculator, raws, present);
  const { given, missing, outcome } = reading;
  const problems = shownProblems(calculator, reading, { left, tried, complete: missing.length === 0 });
  const inputs = Object.entries<InputSpec>(calculator.inputs);
  const change = (name: string, raw: Json) => p.onChange({ ...raws, [name]: raw });

  const submit = () => {
    setTried(true);
    if (outcome && save) return save.saving ? undefined : save.run({ given, result: outcome.result });
    if (outcome) return card.current?.scrollIntoView({ block: 'start' });
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(FIRST_PROBLEM)?.focus());
  };

  return (
    <form
      ref={form}
      className="record-form score-form"
      noValidate
      aria-label={calculator.title}
      onBlur={(event) => {
        const { name } = event.target as unknown as HTMLInputElement;
        if (name) setLeft((names) => new Set(names).add(name));
      }}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {p.before}
      {inputs
        .filter(([, spec]) => isAsked(rules, spec, given))
        .map(([name, spec]) => (
          <div key={name} className="ask" data-input={name}>
            <Question {...p} name={name} spec={spec} given={given} problems={problems} change={change} />
            <FromRecord
              raw={raws[name] ?? null}
              was={known.raws[name]}
              said={known.said[name]}
              use={(raw) => change(name, raw)}
            />
          </div>
        ))}
      <Drawing inputs={inputs} given={given} />
      {problems.sum && (
        <p className="field-problem" role="alert">
          {problems.sum}
        </p>
      )}
      {outcome && (
        <div ref={card} className="score-card">
          <ResultCard
            calculator={calculator}
            result={outcome.result}
            working={outcome.working}
            version={calculator.version}
            reader={present}
          >
            {p.beside?.({ given, result: outcome.result })}
          </ResultCard>
        </div>
      )}
      <div className="save-bar score-bar">
        <div className="score-standing">
          <Standing calculator={calculator} reading={reading} present={present} wrong={tried} />
          {p.unkept && <span className="muted small">{p.unkept}</span>}
        </div>
        {save ? (
          <button type="submit" className="button button-main" disabled={save.saving}>
            {save.label}
          </button>
        ) : (
          outcome && (
            <button type="submit" className="button">
              Result
            </button>
          )
        )}
      </div>
    </form>
  );
}

/** What is told beside the fields now: of what was left or is complete, and of everything once somebody wanted to keep it. */
function shownProblems(
  calculator: Calculator,
  { problems, missing }: Reading,
  when: { left: ReadonlySet<string>; tried: boolean; complete: boolean },
): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const [field, say] of Object.entries(problems))
    if (when.tried || when.complete || when.left.has(field)) shown[field] = say;
  if (when.tried)
    for (const { field } of missing) shown[field] ??= refusalWords(calculator, { error: { code: 'MISSING_INPUT', field } });
  return shown;
}

function Question({
  name,
  spec,
  given,
  problems,
  change,
  ...p
}: Props & {
  name: string;
  spec: InputSpec;
  given: Reading['given'];
  problems: Readonly<Record<string, string>>;
  change(name: string, raw: Json): void;
}) {
  const { rules, calculator, raws, present } = p;
  const regionOf = spec.type === 'object' ? drawnAs(Object.keys(spec.items)) : undefined;
  if (spec.type !== 'object' || !regionOf)
    return (
      <Ask
        name={name}
        spec={spec}
        raw={raws[name] ?? null}
        onChange={(raw) => change(name, raw)}
        problems={problems}
        given={given}
        present={present}
      />
    );
  const percents = mapOf(raws[name]);
  const depths = mapOf(raws[depthsOf(name)]);
  const put = (field: string, id: string, value: Json) => {
    const { [id]: _before, ...others } = mapOf(raws[field]);
    const next = value === null ? others : { ...others, [id]: value };
    change(field, Object.keys(next).length === 0 ? null : next);
  };
  return (
    <>
      <BodyMap
        name={name}
        label={spec.label}
        help={spec.help}
        items={spec.items}
        percents={percents}
        depths={depths}
        problems={problems}
        regionOf={regionOf}
        shareOf={(region) => partOf(rules, calculator, { ...given, [name]: { [region]: 100 } })}
        onPercent={(region, raw) => put(name, region, raw)}
        onDepth={(region, depth: Depth | null) => put(depthsOf(name), region, depth)}
      />
      {problems[name] && <p className="field-problem">{problems[name]}</p>}
      <FullThickness {...{ rules, calculator, name, given }} />
    </>
  );
}

/** The number a rule gives for some regions alone; null when it gives none. */
function partOf(rules: Rules, calculator: Calculator, given: Reading['given']): number | null {
  const answer = rules.calculate(calculator, given);
  const value = rules.isRefusal(answer) ? null : answer[calculator.headline.value];
  return typeof value === 'number' ? value : null;
}

/** How much of what is burned is of full thickness, by the same rule. */
function FullThickness({
  rules,
  calculator,
  name,
  given,
}: {
  rules: Rules;
  calculator: Calculator;
  name: string;
  given: Reading['given'];
}) {
  const depths = mapOf(given[depthsOf(name)]);
  const full = Object.entries(mapOf(given[name])).filter(([id]) => depths[id] === 'full');
  if (full.length === 0) return null;
  const value = partOf(rules, calculator, { ...given, [name]: Object.fromEntries(full) });
  const unit = calculator.outputs[calculator.headline.value]?.unit ?? '';
  return value === null ? null : <p className="small num">Of it full thickness: {`${value} ${unit}`.trim()}</p>;
}

/** Where a value came from; when it was changed, what the record holds. */
function FromRecord({
  raw,
  was,
  said,
  use,
}: {
  raw: Json;
  was: Json | undefined;
  said: string | undefined;
  use(raw: Json): void;
}) {
  if (was === undefined || said === undefined) return null;
  if (raw === was && said === CLOCK.said) return <p className="ask-source small">As it stands, {said}.</p>;
  if (raw === was) return <p className="ask-source small">From the record: {said}. Change it if it is no longer so.</p>;
  return (
    <p className="ask-source small">
      The record says: {said}.
      <button type="button" className="quiet" onClick={() => use(was)}>
        Use it
      </button>
    </p>
  );
}

/** What can be drawn of the answers: a wound to scale, the parts of its bed. */
function Drawing({ inputs, given }: { inputs: readonly [string, InputSpec][]; given: Reading['given'] }) {
  const names = inputs.map(([name]) => name);
  if (names.includes('lengthCm') && names.includes('widthCm')) return <WoundShape given={given} />;
  const parts = inputs.filter(([, spec]) => spec.type === 'number' && spec.unit === '%' && spec.max === 100);
  if (parts.length < PARTS_LEAST || parts.length !== inputs.length) return null;
  const percent = (name: string) => (typeof given[name] === 'number' ? given[name] : null);
  return <BedBar parts={parts.map(([name, spec]) => ({ name, label: spec.label, percent: percent(name) }))} />;
}

/** How the form stands: what is missing, what is wrong, or the result. */
function Standing({
  calculator,
  reading,
  present,
  wrong,
}: {
  calculator: Calculator;
  reading: Reading;
  present: Present;
  wrong: boolean;
}) {
  const { missing, problems, outcome } = reading;
  const band = outcome ? bandOf(calculator, outcome.result) : undefined;
  const wrongs = Object.entries(problems);
  const toCorrect = wrongs.map(([field, say]) => fieldLabel(calculator, field) ?? say);
  const headline = calculator.outputs[calculator.headline.value];
  const showBand = band !== undefined && calculator.headline.band !== calculator.headline.value;
  return (
    <output className={wrong && !outcome ? 'save-state save-wrong' : 'save-state'} data-complete={outcome ? true : undefined}>
      {outcome ? (
        <>
          <span className="muted">{headline?.label} </span>
          <strong className="num score-live">{headlineWords(calculator, outcome.result, present)}</strong>{' '}
          {showBand && <Tag tone={TONES[band.level]}>{band.label}</Tag>}
        </>
      ) : missing.length > 0 ? (
        missingWords(missing)
      ) : (
        `${toCorrect.length} to correct: ${toCorrect.join(', ')}`
      )}
    </output>
  );
}
