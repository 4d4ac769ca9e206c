import { Button } from '@mantine/core';
import { type Json, ProblemError } from '@psa/domain';
import { useCallback, useEffect, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { device } from '../store/index.ts';
import { Moment, Tag } from '../ui/Pieces.tsx';
import { browserIn } from './browser-words.ts';
import { tell, tellProblem } from './keep.tsx';
import { TryAgain } from './TryAgain.tsx';

interface Session {
  id: string;
  current: boolean;
  created_at: string;
  last_seen_at: string;
  device_name: string | null;
  ip_address: string | null;
  user_agent: string | null;
  second_factor: 'totp' | 'passkey' | 'recovery' | null;
}

const BESIDE = { totp: 'with a code', passkey: 'with a passkey', recovery: 'with a recovery code' } as const;

/** Where one is signed in, and how to end it. Needs the network: the server knows. */
export function SignedIn() {
  const present = usePresent();
  const [sessions, setSessions] = useState<readonly Session[]>();
  const [problem, setProblem] = useState<string>();
  const read = useCallback(async () => {
    try {
      const reply = (await device.call('GET', '/api/sessions')) as { sessions?: Json };
      setSessions(Array.isArray(reply.sessions) ? (reply.sessions as unknown as Session[]) : []);
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error.code === 'UNAVAILABLE' ? 'The server knows this, and there is no network now.' : error.message);
    }
  }, []);
  useEffect(() => void read(), [read]);
  const end = async (path: string, said: string) => {
    try {
      await device.call('POST', `/api/sessions/${path}`);
      tell(said);
      await read();
    } catch (error) {
      tellProblem(error);
    }
  };
  if (problem) return <TryAgain why={problem} again={() => void read()} />;
  if (!sessions) return null;
  return (
    <>
      <ul className="lines">
        {sessions.map((one) => {
          const name = one.device_name ?? browserIn(one.user_agent);
          return (
            <li key={one.id} className="account">
              <span>
                <strong>{name}</strong> {one.current && <Tag tone="neutral">this one</Tag>}
                <br />
                <span className="muted small">
                  used <Moment at={one.last_seen_at} {...present} ago /> · signed in <Moment at={one.created_at} {...present} />
                  {one.second_factor && ` ${BESIDE[one.second_factor]}`}
                </span>
                <br />
                <span className="muted small">
                  {[one.device_name && browserIn(one.user_agent), one.ip_address].filter(Boolean).join(' · ')}
                </span>
              </span>
              {!one.current && (
                <Button
                  variant="default"
                  onClick={() => void end(`${one.id}/end`, `Signed out: ${name}.`)}
                  aria-label={`Sign out ${name}`}
                >
                  Sign out
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {sessions.length > 1 && (
        <Button variant="default" onClick={() => void end('end-others', 'You are signed out everywhere else.')}>
          Sign out everywhere else
        </Button>
      )}
      <p className="muted small">
        A device that is signed out sends and receives nothing until the password is given there. What was saved on it stays.
      </p>
    </>
  );
}
