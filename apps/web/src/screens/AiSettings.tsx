import { Button, Checkbox, PasswordInput, TextInput } from '@mantine/core';
import { type FieldProblems, type Json, ProblemError } from '@psa/domain';
import { useCallback, useEffect, useState } from 'react';
import { device } from '../store/index.ts';
import { Notice, Section, Tag } from '../ui/Pieces.tsx';
import { tell } from './keep.tsx';
import { NotFound } from './NotFound.tsx';
import { usePerson } from './person.tsx';

/** The settings as the server shows them: the key never comes back. */
interface Shown {
  configured: boolean;
  reason: string | null;
  endpoint: string | null;
  model: string | null;
  is_enabled: boolean;
  key: string;
  key_ends: string | null;
}

const isShown = (value: Json): value is Json & Shown =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  typeof value.configured === 'boolean' &&
  'key' in value;

interface Values {
  endpoint: string;
  model: string;
  api_key: string;
  is_enabled: boolean;
}

/** Which language model may be asked. Needs the network: it is the server that asks. */
export function AiSettings() {
  const { actor } = usePerson();
  const [shown, setShown] = useState<Shown>();
  const [values, setValues] = useState<Values>({ endpoint: '', model: '', api_key: '', is_enabled: false });
  const [problem, setProblem] = useState<{ say: string; fields: FieldProblems }>();
  const [busy, setBusy] = useState<'save' | 'test'>();
  const [tested, setTested] = useState<string>();

  const take = useCallback((reply: Json) => {
    if (!isShown(reply)) return;
    setShown(reply);
    setValues({ endpoint: reply.endpoint ?? '', model: reply.model ?? '', api_key: '', is_enabled: reply.is_enabled });
  }, []);
  const attempt = useCallback(async (work: () => Promise<void>) => {
    setTested(undefined);
    try {
      await work();
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const say =
        error.code === 'UNAVAILABLE' ? 'These settings are kept by the server, and there is no network now.' : error.message;
      setProblem({ say, fields: error.fields });
    } finally {
      setBusy(undefined);
    }
  }, []);
  const read = useCallback(() => attempt(async () => take(await device.call('GET', '/api/ai/settings/full'))), [attempt, take]);
  const isAdmin = actor.role === 'super_admin';
  useEffect(() => {
    if (isAdmin) void read();
  }, [isAdmin, read]);
  if (!isAdmin) return <NotFound />;

  const save = () => {
    setBusy('save');
    const { api_key, ...rest } = values;
    return attempt(async () => {
      take(await device.call('POST', '/api/ai/settings', { ...rest, ...(api_key === '' ? {} : { api_key }) }));
      tell('The settings are saved.');
    });
  };
  const removeKey = () => attempt(async () => take(await device.call('POST', '/api/ai/settings', { api_key: '' })));
  const test = () => {
    setBusy('test');
    return attempt(async () => {
      await device.call('POST', '/api/ai/settings/test');
      setTested('The language model answers.');
    });
  };
  const box = (name: 'endpoint' | 'model', label: string, description: string) => (
    <TextInput
      label={label}
      description={description}
      value={values[name]}
      error={problem?.fields[name]}
      onChange={(e) => {
        const { value } = e.currentTarget;
        setValues((v) => ({ ...v, [name]: value }));
      }}
      autoComplete="off"
      spellCheck={false}
    />
  );

  return (
    <div className="page form-page">
      <header className="page-head">
        <h1>Language model</h1>
        {shown && <Tag tone={shown.configured ? 'done' : 'neutral'}>{shown.configured ? 'in use' : 'not in use'}</Tag>}
      </header>
      <p className="muted">
        Questions go from the server to this address. Names, hospital numbers, phones, e-mails, addresses and dates of birth are
        replaced before anything leaves and put back in the answer. Without a model, summaries are drafted by rules.
      </p>
      <form
        className="stack narrow"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {box('endpoint', 'Address', 'Any OpenAI-compatible service, up to /v1. http:// only for a machine of the hospital.')}
        {box('model', 'Model', 'Its name, as the service calls it.')}
        <PasswordInput
          label="Key"
          description={keySays(shown)}
          value={values.api_key}
          error={problem?.fields.api_key}
          onChange={(e) => {
            const { value } = e.currentTarget;
            setValues((v) => ({ ...v, api_key: value }));
          }}
          autoComplete="new-password"
        />
        <Checkbox
          label="May be asked"
          checked={values.is_enabled}
          onChange={(e) => {
            const { checked } = e.currentTarget;
            setValues((v) => ({ ...v, is_enabled: checked }));
          }}
        />
        <div role="alert">{problem && <Notice tone="caution">{problem.say}</Notice>}</div>
        <div className="row wrap">
          <Button type="submit" loading={busy === 'save'} disabled={!shown || values.endpoint === '' || values.model === ''}>
            Save
          </Button>
          <Button variant="default" onClick={() => void test()} loading={busy === 'test'} disabled={!shown?.endpoint}>
            Test the connection
          </Button>
          {shown?.key !== undefined && shown.key !== 'none' && (
            <Button variant="default" onClick={() => void removeKey()}>
              Remove the key
            </Button>
          )}
        </div>
        <div role="status">{tested && <Notice tone="done">{tested}</Notice>}</div>
      </form>
      {shown && !shown.configured && shown.endpoint && (
        <Section title="Why not">
          <p>{shown.reason}</p>
        </Section>
      )}
    </div>
  );
}

/** What is known of the stored key. */
function keySays(shown: Shown | undefined): string {
  if (shown?.key === 'kept') {
    const ends = shown.key_ends ? `, ending in ${shown.key_ends},` : '';
    return `A key${ends} is kept, sealed. Leave this empty to keep it; a new address needs it again.`;
  }
  if (shown?.key === 'cannot be opened') return 'The stored key cannot be used. Enter it again.';
  return 'Kept sealed on the server and never shown again. A model on your own machine may want none.';
}
