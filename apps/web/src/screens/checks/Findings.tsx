import type { Finding, FindingSeverity } from '@psa/domain/checks';
import { IconAlertOctagon, IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { ReferenceMark } from '../reference/ReferenceMark.tsx';

/** A shape and a word for each, beside the colour. */
const LOOKS: Readonly<Record<FindingSeverity, { icon: typeof IconInfoCircle; word: string; tone: string }>> = {
  stop: { icon: IconAlertOctagon, word: 'Stop', tone: 'danger' },
  warn: { icon: IconAlertTriangle, word: 'Take care', tone: 'caution' },
  note: { icon: IconInfoCircle, word: 'Note', tone: 'neutral' },
};

/** What the checks found, under the line it concerns; told to a screen reader as it comes. */
export function Findings({
  findings,
  label,
}: {
  findings: readonly (Pick<Finding, 'severity' | 'say' | 'why' | 'source' | 'entry'> & { code: string })[];
  label: string;
}) {
  return (
    <ul className="findings" aria-label={label} aria-live="polite">
      {findings.map(({ code, severity, say, why, source, entry }) => {
        const { icon: Icon, word, tone } = LOOKS[severity];
        return (
          <li key={`${code} ${say}`} className={`finding tone-${tone}`} data-severity={severity}>
            <Icon size="1.15em" stroke={2} aria-hidden className="line-icon" />
            <div>
              <p>
                <strong>{word}.</strong> {say}
              </p>
              {why && <p className="small">{why}</p>}
              {(source || entry) && (
                <p className="small muted">
                  {source}
                  {source && entry && ' · '}
                  {entry && <ReferenceMark mark={entry} />}
                </p>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** Where the checks are not on this device. */
export const NotChecked = () => (
  <p className="finding tone-caution" role="status">
    <IconAlertTriangle size="1.15em" stroke={2} aria-hidden className="line-icon" />
    Nothing is checked here yet: the checks are not on this device. They come by themselves when there is a network.
  </p>
);
