import type { Json } from '@psa/domain';
import type { Calculator, InputSpec } from '@psa/domain/clinical';
import { DEPTHS, depthsOf, mapOf } from './answers.ts';
import { type Reader, sayAnswer } from './words.ts';

/** The answers a result follows from, in words, in the order asked. */
export function Answers({ calculator, answers, reader }: { calculator: Calculator; answers: Json; reader: Reader }) {
  const given = mapOf(answers);
  const depthWords = (name: string) =>
    Object.entries(mapOf(given[depthsOf(name)])).map(([id, depth]) => {
      const spec: InputSpec | undefined = calculator.inputs[name];
      const label = spec?.type === 'object' ? spec.items[id]?.label : undefined;
      return `${label ?? id}: ${DEPTHS[String(depth) as keyof typeof DEPTHS] ?? String(depth)}`;
    });
  return (
    <dl>
      {Object.entries<InputSpec>(calculator.inputs).flatMap(([name, spec]) => {
        const value = given[name];
        if (value === undefined || value === null) return [];
        const depths = depthWords(name);
        return [
          <div key={name} className="pair">
            <dt>{spec.label}</dt>
            <dd>
              {sayAnswer(spec, value, reader)}
              {depths.length > 0 && <span className="muted small score-means">{depths.join('; ')}</span>}
            </dd>
          </div>,
        ];
      })}
    </dl>
  );
}
