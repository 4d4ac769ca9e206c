/** Small parts that every screen shares. */
import { IconAlertTriangle, IconCheck, IconGitMerge, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { showInstant, showSpan } from './days.ts';

export type Tone = 'neutral' | 'info' | 'caution' | 'danger' | 'done' | 'conflict';

const ICONS: Readonly<Record<Tone, typeof IconCheck | null>> = {
  neutral: null,
  info: IconInfoCircle,
  caution: IconAlertTriangle,
  danger: IconAlertTriangle,
  done: IconCheck,
  conflict: IconGitMerge,
};

/** A word with a meaning: colour, and always a shape or the word itself. */
export function Tag({ tone, children, icon = true }: { tone: Tone; children: ReactNode; icon?: boolean }) {
  const Icon = icon ? ICONS[tone] : null;
  return (
    <span className={`tag tone-${tone}`}>
      {Icon && <Icon size="1em" stroke={2.2} aria-hidden />}
      {children}
    </span>
  );
}

/** A message in the flow of the page; `actions` stand at its end. */
export function Notice({
  tone,
  title,
  children,
  actions,
}: {
  tone: Tone;
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  const Icon = ICONS[tone];
  return (
    <div className={`notice tone-${tone}`}>
      {Icon && <Icon size="1.25em" stroke={2} aria-hidden className="line-icon" />}
      <div className="notice-text">
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
      </div>
      {actions && <div className="notice-actions">{actions}</div>}
    </div>
  );
}

/** What would be here, and how to add it. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p className="strong">{title}</p>
      {children && <p className="muted">{children}</p>}
      {action}
    </div>
  );
}

/** A titled part of a page, set apart by a hairline. */
export function Section({
  title,
  note,
  actions,
  children,
  id,
}: {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className="section" aria-label={title} id={id}>
      <div className="section-head">
        <h2>{title}</h2>
        {note && <span className="muted small">{note}</span>}
        {actions && <div className="section-actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** A moment in words, with the exact one on touch or hover. */
export function Moment({
  at,
  zone,
  now,
  ago = false,
}: {
  at: string | null | undefined;
  zone: string;
  now: string;
  ago?: boolean;
}) {
  if (!at) return <span className="absent">not recorded</span>;
  const exact = showInstant(at, zone, now);
  const past = Date.parse(now) - Date.parse(at);
  return (
    <time dateTime={at} title={exact}>
      {ago && past >= 0 ? (past < 60_000 ? 'just now' : `${showSpan(past)} ago`) : exact}
    </time>
  );
}

/** A value nobody gave is said so; nothing stands in for it. */
export const Absent = ({ words = 'not recorded' }: { words?: string }) => <span className="absent">{words}</span>;

/** Keys to press, shown beside what they do. */
export const Keys = ({ keys }: { keys: string }) => (
  <span className="keys" aria-hidden>
    {keys.split(' ').map((key) => (
      <kbd key={key}>{key}</kbd>
    ))}
  </span>
);
