import type { SecondFactor, SecondFactorAsked } from '@psa/sync';
import { useState } from 'react';
import { device } from '../store/index.ts';

/** One try to get in by password, and what is asked beside it. */
export function useSignIn(done: () => void = () => undefined) {
  const [given, setGiven] = useState<{ email: string; password: string }>();
  const [asked, setAsked] = useState<SecondFactorAsked>();
  const [problem, setProblem] = useState<{ code: string; say: string }>();
  const [busy, setBusy] = useState(false);

  const enter = async (email: string, password: string, second?: SecondFactor) => {
    setBusy(true);
    setProblem(undefined);
    const result = await device.session.signIn(email.trim(), password, second);
    setBusy(false);
    if (result.ok) {
      setAsked(undefined);
      return done();
    }
    if (result.second) {
      setGiven({ email, password });
      return setAsked(result.second);
    }
    setProblem(result);
    // A passkey signs one question: what was signed and not taken is asked anew.
    if (second?.passkey) await enterAgain(email, password, result);
  };
  const enterAgain = async (email: string, password: string, why: { code: string; say: string }) => {
    const result = await device.session.signIn(email.trim(), password);
    if (!result.ok && result.second) setAsked(result.second);
    setProblem(why);
  };
  return {
    ...{ asked, problem, setProblem, busy, enter },
    show: (second: SecondFactor) => given && void enter(given.email, given.password, second),
    back: () => {
      setAsked(undefined);
      setGiven(undefined);
      setProblem(undefined);
    },
  };
}
