import type { Actor, RECORDS, Row } from '@psa/domain';
import { createContext, type ReactNode, useContext, useMemo } from 'react';

export interface Person {
  actor: Actor;
  user: Row<typeof RECORDS.users>;
  /** False: writes are kept, sending needs the password. */
  signedIn: boolean;
}

const Context = createContext<Person | null>(null);

export function PersonProvider({ actor, user, signedIn, children }: Person & { children: ReactNode }) {
  const person = useMemo(() => ({ actor, user, signedIn }), [actor, user, signedIn]);
  return <Context value={person}>{children}</Context>;
}

/** Who is in. Only below the gate, where somebody is. */
export function usePerson(): Person {
  const person = useContext(Context);
  if (!person) throw new Error('usePerson outside of an open session');
  return person;
}
