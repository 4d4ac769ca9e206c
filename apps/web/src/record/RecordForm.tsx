import { Button } from '@mantine/core';
import { type FieldProblems, type Json, type Patch, ProblemError, type RecordDef } from '@psa/domain';
import { Fragment, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useDraft } from '../store/index.ts';
import { timeIn } from '../ui/days.ts';
import { count } from '../ui/numbers.ts';
import { Keys, Notice } from '../ui/Pieces.tsx';
import { type Raws, rawOf, readForm, sectionsOf } from './form.ts';
import { HeldList } from './HeldList.tsx';
import { usePresent } from './present.ts';
import { loose } from './values.ts';
import { WIDGETS, type Widget } from './widgets.tsx';

/** What a draft keeps: what was typed (of a new entry: all that stood there), and the version that was on the screen when it began. */
interface KeptForm {
  raws: Raws;
  base: number;
}

/** What the checks of a form say of what stands in it. */
export interface FormCheck {
  /** Shown at the end of the section of this title; of the first one where the form has none such. */
  said: ReactNode;
  section: string;
  /** Fields that must be corrected before it is saved. */
  problems: FieldProblems;
  /** What is kept beside what was typed. */
  more: Patch;
}

export interface RecordFormProps {
  def: RecordDef;
  /** The row being edited; absent for a new one. */
  row?: { id: string; row_version: number } | undefined;
  /** Where the draft is kept: one key per record and purpose. */
  draftKey: string;
  /** What this form shows; every offered field unless told. */
  fields?: readonly string[];
  /** Values that are given and not shown. */
  fixed?: Patch;
  /** What stands in the widgets before anybody typed, besides the row: a refused write being mended, a number just made. */
  start?: Raws;
  /** The row that a new one is begun from: it stands in the widgets, and goes over to the last digit where nothing is changed. */
  copied?: object | undefined;
  /** Sentences by field that came with a refusal. */
  refused?: FieldProblems;
  /** Fields that stand still, and why: said, not silently left out. */
  held?: readonly { field: string; why: string }[];
  /** The patient whose record this writes in: links are looked up there. */
  patientId?: string | undefined;
  /** Own widgets of single fields. */
  widgets?: Readonly<Record<string, Widget>>;
  saveLabel: string;
  /** Keeps it. Resolves when it is durable. */
  save(patch: Patch, base: number): Promise<void>;
  onCancel?(): void;
  /** Beside the sections, or after the first where there is no room, from what stands in the form. */
  aside?(raws: Raws): ReactNode;
  /** Holds what stands in the form against the record and the reference, at every keystroke. */
  check?: ((raws: Raws) => FormCheck) | undefined;
  /** Saving with nothing changed is allowed (an action, not an edit). */
  allowUnchanged?: boolean;
}

/** The box that is to be corrected first; of a group of choices its first. */
export const FIRST_PROBLEM = '[aria-invalid="true"] input, input[aria-invalid="true"], textarea[aria-invalid="true"]';

/** A form drawn from the declaration: sections, messages beside the fields, a draft from the first keystroke, a bar that says where things stand. */
export function RecordForm(props: RecordFormProps) {
  const { draft, kept_at, keep, drop } = useDraft<KeptForm>(props.draftKey);
  // Until the draft has been read (a few milliseconds) there is nothing true to show.
  if (draft === undefined) return <div className="form-wait" aria-busy />;
  return <Filled key={props.draftKey} {...props} found={draft} keptAt={kept_at} keep={keep} drop={drop} />;
}

interface FilledProps extends RecordFormProps {
  found: KeptForm | null;
  keptAt: string | null;
  keep(value: KeptForm): void;
  drop(): Promise<void>;
}

function Filled(p: FilledProps) {
  const { def, row, fixed = {}, start = {} } = p;
  const copied = p.copied ? (loose(p.copied) as Readonly<Record<string, Json>>) : undefined;
  const before = row ? (loose(row) as Readonly<Record<string, Json>>) : undefined;
  const present = usePresent();
  const formId = useId();
  const { held = [] } = p;
  const stands = new Set(held.map((h) => h.field));
  const offered = p.fields && [...p.fields, ...stands];
  const filled = sectionsOf(def, offered)
    .map((s) => ({ ...s, fields: s.fields.filter((f) => !(f in fixed)) }))
    .filter((s) => s.fields.length > 0);
  const fields = filled.flatMap((s) => s.fields).filter((f) => !stands.has(f));
  const untouched = (): Raws =>
    Object.fromEntries(
      fields.map((f) => [
        f,
        f in start
          ? (start[f] ?? null)
          : rawOf(def.fields[f] ?? { kind: 'text', label: f, required: false }, (before ?? copied)?.[f], present),
      ]),
    );
  const [first] = useState(() => ({
    raws: { ...untouched(), ...p.found?.raws },
    base: p.found?.base ?? row?.row_version ?? 0,
    resumed: p.found !== null,
  }));
  // In an edit, what nobody touched follows the row: whoever left a form open must not write back what others changed meanwhile.
  const [typed, setTyped] = useState<Raws>(row ? (p.found?.raws ?? {}) : first.raws);
  const raws: Raws = { ...untouched(), ...typed };
  // Only the box that somebody is in stands still: what is selected there must not become other words under the hand.
  const [entered, setEntered] = useState<Raws>({});
  const drawn: Raws = { ...raws, ...entered, ...typed };
  const [tried, setTried] = useState(false);
  const [failed, setFailed] = useState<{ say: string; fields: FieldProblems } | null>(null);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [saving, setSaving] = useState(false);
  const [resumed, setResumed] = useState(first.resumed);
  const form = useRef<HTMLFormElement>(null);

  const reading = readForm(def, raws, {
    ...(before ? { before } : {}),
    ...(copied ? { copied } : {}),
    fixed,
    fields,
    present,
  });
  const checked = p.check?.(raws);
  const problems: FieldProblems = { ...checked?.problems, ...reading.problems };
  const shown: Record<string, string> = { ...p.refused };
  // A sentence from a refusal stands until its field is changed.
  for (const name of Object.keys(shown)) if (raws[name] !== first.raws[name]) delete shown[name];
  for (const [name, say] of Object.entries({ ...failed?.fields, ...problems })) {
    if (tried || (left.has(name) && raws[name] !== null && raws[name] !== '')) shown[name] = say;
  }
  const checkedIn = filled.find(({ title }) => title === checked?.section) ?? filled[0];
  const dirty = JSON.stringify(raws) !== JSON.stringify(untouched());
  // An edit, or a correction, that says nothing new is none.
  const unchanged = !dirty && !p.allowUnchanged && (row !== undefined || copied !== undefined);
  const overtaken = row !== undefined && row.row_version > first.base;

  const change = (name: string, raw: Json, others: Raws = {}) => {
    const next = { ...typed, ...others, [name]: raw };
    setTyped(next);
    setFailed(null);
    p.keep({ raws: next, base: first.base });
  };

  const toFirstProblem = () => {
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(FIRST_PROBLEM)?.focus());
  };

  const submit = async () => {
    if (saving || unchanged) return;
    setTried(true);
    if (Object.keys(problems).length > 0) return toFirstProblem();
    setSaving(true);
    try {
      await p.save({ ...reading.patch, ...checked?.more }, first.base);
      await p.drop();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFailed({ say: error.message, fields: error.fields });
      toFirstProblem();
    } finally {
      setSaving(false);
    }
  };

  const discard = () => {
    setTyped(row ? {} : untouched());
    setTried(false);
    setResumed(false);
    void p.drop();
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && (event.key === 's' || event.key === 'Enter')) {
        event.preventDefault();
        form.current?.requestSubmit();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const wrong = Object.keys(shown).length;
  const state = failed
    ? failed.say
    : tried && wrong > 0
      ? `${count(wrong, 'field')} to correct`
      : dirty
        ? p.keptAt
          ? `Draft kept on this device ${timeIn(p.keptAt, present.zone)}`
          : 'Keeping a draft'
        : p.allowUnchanged
          ? 'As it was written'
          : row || copied
            ? 'Nothing changed yet'
            : 'Nothing filled in yet';

  return (
    <form
      ref={form}
      className="record-form"
      noValidate
      aria-labelledby={`${formId}-state`}
      onFocus={(event) => {
        const { name } = event.target as unknown as HTMLInputElement;
        setEntered(name ? { [name]: raws[name] ?? null } : {});
      }}
      onBlur={(event) => {
        const { name } = event.target as unknown as HTMLInputElement;
        setEntered({});
        if (name) setLeft((names) => new Set(names).add(name));
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {resumed && dirty && (
        <Notice
          tone="info"
          actions={
            <Button variant="subtle" onClick={discard}>
              Start afresh
            </Button>
          }
        >
          You began this earlier{p.keptAt ? `, last changed ${timeIn(p.keptAt, present.zone)}` : ''}. Nothing of it is lost.
        </Notice>
      )}
      {overtaken && (
        <Notice tone="caution">
          This changed elsewhere while you were writing. Save all the same: if both touch the same field, you will be asked.
        </Notice>
      )}
      <div className="form-main">
        {filled.map((section, at) => (
          <Fragment key={section.title}>
            <section className="form-section" aria-label={section.title || def.title}>
              {section.title && filled.length > 1 && <h2>{section.title}</h2>}
              <div className="form-fields">
                {section.fields.map((name) => {
                  const field = def.fields[name];
                  if (!field || stands.has(name)) return null;
                  const Draw = p.widgets?.[name] ?? WIDGETS[field.kind];
                  return (
                    <div key={name} className={`field field-${field.kind}`}>
                      <Draw
                        name={name}
                        field={field}
                        raw={drawn[name] ?? null}
                        onChange={(raw, others) => change(name, raw, others)}
                        raws={raws}
                        self={row?.id}
                        patientId={p.patientId ?? patientIn(fixed, before)}
                        problem={shown[name]}
                        present={present}
                        autoFocus={name === fields[0]}
                      />
                    </div>
                  );
                })}
              </div>
              {section === checkedIn && checked?.said}
              <HeldList def={def} held={held.filter((h) => section.fields.includes(h.field))} row={row} />
            </section>
            {at === 0 && p.aside && <div className="form-aside">{p.aside(raws)}</div>}
          </Fragment>
        ))}
      </div>
      <div className="save-bar">
        <span
          id={`${formId}-state`}
          role="status"
          className={failed || (tried && wrong > 0) ? 'save-state save-wrong' : 'save-state'}
        >
          {state}
        </span>
        {p.onCancel && (
          <Button variant="default" onClick={p.onCancel}>
            {dirty ? 'Close, keep draft' : 'Close'}
          </Button>
        )}
        <Button type="submit" loading={saving} disabled={unchanged} rightSection={<Keys keys="Ctrl ↵" />}>
          {p.saveLabel}
        </Button>
      </div>
    </form>
  );
}

function patientIn(fixed: Patch, before: Readonly<Record<string, Json>> | undefined): string | undefined {
  const id = fixed.patient_id ?? before?.patient_id;
  return typeof id === 'string' ? id : undefined;
}
