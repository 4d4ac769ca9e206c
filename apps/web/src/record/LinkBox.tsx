import { Select } from '@mantine/core';
import { type Kind, RECORDS, type RecordDef } from '@psa/domain';
import { useMemo } from 'react';
import { useRows, useRowsBy } from '../store/index.ts';
import { momentText, newestOf, summaryOf } from './moment.ts';
import { useSaying } from './saying.ts';
import { titleOf } from './values.ts';
import { common, type Widget } from './widget.ts';

/** What people look up by name; the rest is looked up by when it happened. */
const NAMED: readonly string[] = ['wards', 'users', 'facilities', 'patients', 'surgical_consumables'];

/** A row of another record: of the same patient where that has patients, newest first; of things with names, by name. */
export const LinkBox: Widget = (p) => {
  const kind = p.field.to as Kind;
  const def = RECORDS[kind] as unknown as RecordDef;
  const patientId = typeof p.raws.patient_id === 'string' ? p.raws.patient_id : p.patientId;
  const ofPatient = kind !== 'patients' && 'patient_id' in def.fields && patientId !== undefined;
  return ofPatient ? <OfPatient {...p} patientId={patientId} /> : <OfAll {...p} />;
};

/** Patients of like names are told apart by their number. */
const nameOf = (kind: Kind, row: object): string =>
  kind === 'patients' && 'hospital_number' in row ? `${titleOf(kind, row)} · ${row.hospital_number}` : titleOf(kind, row);

type Props = Parameters<Widget>[0];

function OfPatient(p: Props & { patientId: string }) {
  return <Picker {...p} rows={useRowsBy(p.field.to as Kind, 'patient_id', p.patientId)} />;
}

function OfAll(p: Props) {
  return <Picker {...p} rows={useRows(p.field.to as Kind)} />;
}

function Picker({ rows, ...p }: Props & { rows: ReturnType<typeof useRows<Kind>> }) {
  const kind = p.field.to as Kind;
  const def = RECORDS[kind] as unknown as RecordDef;
  const how = useSaying(def);
  const data = useMemo(() => {
    const usable = rows.filter((row) => row.id === p.raw || !('is_active' in row) || row.is_active);
    if (NAMED.includes(kind)) {
      return usable
        .map((row) => ({ value: row.id, label: nameOf(kind, row) }))
        .sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
    }
    return newestOf(def, usable).map((row) => ({
      value: row.id,
      label: [summaryOf(def, row, how) || def.title, momentText(def, row, how)].filter(Boolean).join(' · '),
    }));
  }, [rows, kind, def, how, p.raw]);
  const raw = typeof p.raw === 'string' ? p.raw : null;
  // A link to something this device does not hold stays what it is.
  const unknown = raw !== null && !data.some((d) => d.value === raw) ? [{ value: raw, label: 'Not on this device' }] : [];
  return (
    <Select
      {...common(p)}
      data={[...unknown, ...data]}
      value={raw}
      onChange={(chosen) => p.onChange(chosen)}
      searchable
      clearable
      limit={100}
      autoFocus={false}
      nothingFoundMessage="Nothing by that name"
      placeholder="Not recorded"
    />
  );
}
