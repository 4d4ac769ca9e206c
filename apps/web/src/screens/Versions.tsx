import { usePresent } from '../record/present.ts';
import { Absent, Moment } from '../ui/Pieces.tsx';
import type { ComparedField } from './conflict-view.ts';

/** Whose version it is, when and on which device it was written, and what became of it so far. */
interface Side {
  title: string;
  who: string;
  at: string | null;
  device: string | null;
  note: string;
}

/** What was before and both versions, side by side; one under the other where there is no room. Only what differs is coloured. */
export function Versions({
  compared,
  removal,
  mine,
  theirs,
}: {
  compared: readonly ComparedField[];
  /** One side removed the record: what the author wished. */
  removal: string | undefined;
  mine: Side;
  theirs: Side;
}) {
  const { zone, now } = usePresent();
  const head = ({ title, who, at, device, note }: Side) => (
    <th scope="col">
      {title}
      <span className="muted small">
        {title.endsWith(who) ? '' : `${who}, `}
        <Moment at={at} zone={zone} now={now} />
        {device && `, on ${device}`}, {note}
      </span>
    </th>
  );
  const label = (words: string) => (
    <span className="version-label" aria-hidden>
      {words}
    </span>
  );
  return (
    <div className="versions-wrap">
      <table className="versions">
        <thead>
          <tr>
            <td />
            <th scope="col">
              Before<span className="muted small">as it was when it was opened</span>
            </th>
            {head(mine)}
            {head(theirs)}
          </tr>
        </thead>
        <tbody>
          {compared.map((c) => (
            <tr key={c.name} data-differs={c.differs || undefined}>
              <th scope="row">{c.label}</th>
              <td className="version-before">
                {label('Before')}
                {c.before === null ? <Absent words="not known" /> : (c.before ?? <Absent />)}
              </td>
              <td>
                {label(mine.title)}
                {c.mine ?? <Absent />}
              </td>
              <td>
                {label(theirs.title)}
                {c.theirs ?? <Absent />}
              </td>
            </tr>
          ))}
          {removal !== undefined && (
            <tr data-differs>
              <th scope="row">Record</th>
              <td className="version-before">{label('Before')}there</td>
              <td>
                {label(mine.title)}
                {removal === 'retract' ? 'removed' : 'changed'}
              </td>
              <td>
                {label(theirs.title)}
                {removal === 'retract' ? 'changed, still here' : 'removed'}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
