import type { SystemFields } from '@psa/domain';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { loose } from '../record/values.ts';
import { PATIENT_KINDS } from './patients/record-kinds.ts';

/** Opens an entry: under the header of its patient where it has one, else among the lists. */
export function EntryLink({
  kind,
  row,
  children,
  ...props
}: {
  kind: string;
  row: SystemFields;
  children: ReactNode;
  className?: string;
  'data-index'?: number;
}) {
  const patientId = loose(row).patient_id;
  if (typeof patientId === 'string' && PATIENT_KINDS.some((k) => k === kind))
    return (
      <Link to="/patients/$patientId/record/$kind/$id" params={{ patientId, kind, id: row.id }} preload={false} {...props}>
        {children}
      </Link>
    );
  return (
    <Link to="/lists/$kind/$id" params={{ kind, id: row.id }} preload={false} {...props}>
      {children}
    </Link>
  );
}
