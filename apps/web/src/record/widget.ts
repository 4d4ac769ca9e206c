import type { FieldSpec, Json } from '@psa/domain';
import type { ReactNode } from 'react';
import type { Present, Raws } from './form.ts';

export interface WidgetProps {
  name: string;
  field: FieldSpec;
  raw: Json;
  /** @param others what else changes with it. */
  onChange(raw: Json, others?: Raws): void;
  /** The whole form as it stands. */
  raws: Raws;
  /** The row being edited. */
  self: string | undefined;
  /** The patient whose record the form writes in, when it is not among what is shown. */
  patientId?: string | undefined;
  problem: string | undefined;
  present: Present;
  autoFocus?: boolean;
  disabled?: boolean;
}

export type Widget = (props: WidgetProps) => ReactNode;

/** The text that stands in a box. */
export const typed = (raw: Json): string => (typeof raw === 'string' ? raw : raw === null ? '' : String(raw));

/** What every box of Mantine is given. */
export function common({ field, problem, autoFocus, disabled, name }: WidgetProps) {
  return {
    name,
    label: field.label,
    description: field.help,
    error: problem,
    'data-autofocus': autoFocus,
    autoFocus,
    disabled,
    required: field.required,
    withAsterisk: false,
    labelProps: { 'data-needed': field.required || undefined },
  };
}
