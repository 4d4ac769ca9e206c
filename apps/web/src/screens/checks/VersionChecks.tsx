import type { AnyRow, Patch, RECORDS, Row } from '@psa/domain';
import { useEffect } from 'react';
import { Findings, NotChecked } from './Findings.tsx';
import { draftLine, isExplained } from './prescribing.ts';
import { useChecks } from './rules.ts';
import { usePrescribingFacts } from './use-prescribing.ts';

type Conflict = Row<typeof RECORDS.sync_conflicts>;
type Side = 'mine' | 'theirs';

/** Both versions of a medicine as the checks see them, as if each were being written. Other records say nothing here. */
export function VersionChecks(props: { conflict: Conflict; row: AnyRow; said(stopped: ReadonlySet<Side>): void }) {
  return props.conflict.kind === 'prescription_items' ? <Medicine {...props} /> : null;
}

function Medicine({ conflict, row, said }: { conflict: Conflict; row: AnyRow; said(stopped: ReadonlySet<Side>): void }) {
  const rules = useChecks();
  const facts = usePrescribingFacts(typeof row.patient_id === 'string' ? row.patient_id : undefined, row.id);
  const versions = (['mine', 'theirs'] as const).map((side) => {
    const line = side === 'mine' ? { ...row, ...(conflict.mine as Patch) } : row;
    const findings = rules && facts ? rules.checks.checkPrescription([draftLine(line)], facts, rules.prescribing) : [];
    return { side, findings, stops: !isExplained(findings, line.override_reason) };
  });
  const stopped = versions
    .filter(({ stops }) => stops)
    .map(({ side }) => side)
    .join();
  useEffect(() => {
    said(new Set(stopped.split(',').filter((side): side is Side => side === 'mine' || side === 'theirs')));
  }, [stopped, said]);
  if (!rules || !facts) return <NotChecked />;
  const names = { mine: 'the version that waits', theirs: 'the version that stands' } as const;
  return versions
    .filter(({ findings }) => findings.length > 0)
    .map(({ side, findings }) => (
      <div key={side}>
        <p className="small muted">Of {names[side]}:</p>
        <Findings findings={findings} label={`What the checks say of ${names[side]}`} />
      </div>
    ));
}
