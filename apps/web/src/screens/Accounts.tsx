import { Button, Menu } from '@mantine/core';
import { type Json, ProblemError, type RECORDS, ROLE_TITLES, type Row } from '@psa/domain';
import { useCallback, useEffect, useState } from 'react';
import { device } from '../store/index.ts';
import { Empty, Section, Tag } from '../ui/Pieces.tsx';
import { FactorSetting } from './FactorSetting.tsx';
import { tell, tellProblem } from './keep.tsx';
import { NotFound } from './NotFound.tsx';
import { usePerson } from './person.tsx';
import { TryAgain } from './TryAgain.tsx';

type Account = Pick<Row<typeof RECORDS.users>, 'id' | 'email' | 'full_name' | 'role' | 'is_approved' | 'is_active'>;

const isAccount = (value: Json): value is Json & Account =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  typeof value.id === 'string' &&
  typeof value.email === 'string';

/** Who has an account, who waits for approval. Needs the network: rights are the server's. */
export function Accounts() {
  const { actor } = usePerson();
  const [accounts, setAccounts] = useState<readonly Account[]>();
  const [problem, setProblem] = useState<string>();

  const read = useCallback(async () => {
    try {
      const reply = await device.call('GET', '/api/users');
      setAccounts(Array.isArray(reply) ? (reply.filter(isAccount) as unknown as Account[]) : []);
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(
        error.code === 'UNAVAILABLE' ? 'Accounts are kept by the server, and there is no network now.' : error.message,
      );
    }
  }, []);
  useEffect(() => void read(), [read]);

  if (actor.role !== 'super_admin') return <NotFound />;

  const change = async (account: Account, path: 'approve' | 'status', body: { [key: string]: boolean }, said: string) => {
    try {
      await device.call('PATCH', `/api/users/${account.id}/${path}`, body);
      tell(`${account.full_name}: ${said}`);
      await read();
    } catch (error) {
      tellProblem(error);
    }
  };

  const help = async (account: Account, path: 'sign-out' | 'remove-second-factors', said: string) => {
    try {
      await device.call('POST', `/api/users/${account.id}/${path}`);
      tell(`${account.full_name}: ${said}`);
    } catch (error) {
      tellProblem(error);
    }
  };

  const waiting = accounts?.filter((a) => !a.is_approved && a.is_active) ?? [];
  const others = accounts?.filter((a) => !waiting.includes(a)) ?? [];
  const line = (a: Account) => (
    <li key={a.id} className="account">
      <span>
        <strong>{a.full_name}</strong>
        {!a.is_active && <Tag tone="neutral">closed</Tag>}
        {a.id === actor.user_id && <Tag tone="neutral">you</Tag>}
        <br />
        <span className="muted small">
          {ROLE_TITLES[a.role] ?? a.role} · {a.email}
        </span>
      </span>
      <span className="row wrap">
        {a.id !== actor.user_id && a.is_active && a.is_approved && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" aria-label={`More about ${a.full_name}`}>
                More
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => void help(a, 'sign-out', 'signed out everywhere')}>Sign out everywhere</Menu.Item>
              <Menu.Item onClick={() => void help(a, 'remove-second-factors', 'second factors removed')}>
                Lost telephone: remove second factors
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        {!a.is_approved && a.is_active && (
          <Button
            onClick={() => void change(a, 'approve', { is_approved: true }, 'approved')}
            aria-label={`Approve ${a.full_name}`}
          >
            Approve
          </Button>
        )}
        {a.id !== actor.user_id && (
          <Button
            variant="default"
            onClick={() =>
              void change(a, 'status', { is_active: !a.is_active }, a.is_active ? 'account closed' : 'account opened again')
            }
            aria-label={`${a.is_active ? 'Close the account of' : 'Open the account again of'} ${a.full_name}`}
          >
            {a.is_active ? 'Close account' : 'Open again'}
          </Button>
        )}
      </span>
    </li>
  );

  return (
    <div className="page">
      <header className="page-head">
        <h1>Accounts</h1>
      </header>
      {problem && <TryAgain why={problem} again={() => void read()} />}
      {accounts && (
        <>
          <Section title="Waiting for approval">
            {waiting.length === 0 ? <p className="muted">Nobody.</p> : <ul className="lines">{waiting.map(line)}</ul>}
          </Section>
          <Section title="Second factor">
            <FactorSetting />
          </Section>
          <Section title="Accounts">
            {others.length === 0 ? <Empty title="No accounts" /> : <ul className="lines">{others.map(line)}</ul>}
          </Section>
        </>
      )}
    </div>
  );
}
