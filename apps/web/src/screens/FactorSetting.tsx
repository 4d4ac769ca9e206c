import { Checkbox } from '@mantine/core';
import { ProblemError, ROLE_TITLES, ROLES, type Role } from '@psa/domain';
import { useState } from 'react';
import { device, useRows } from '../store/index.ts';
import { Notice } from '../ui/Pieces.tsx';
import { tell } from './keep.tsx';

/** Which roles must show a second factor when they sign in with a network: the hospital's word. Needs the network. */
export function FactorSetting() {
  const [facility] = useRows('facilities');
  const [problem, setProblem] = useState<string>();
  const [set, setSet] = useState<readonly string[]>();
  if (!facility) return null;
  const roles = set ?? facility.second_factor_roles ?? [];
  const change = async (role: Role, on: boolean) => {
    const next = ROLES.filter((one) => (one === role ? on : roles.includes(one)));
    setSet(next);
    try {
      const body = { second_factor_roles: next.length > 0 ? next : null };
      await device.call('PATCH', `/api/sync/facilities/${facility.id}`, body);
      setProblem(undefined);
      device.syncNow();
      tell(`${ROLE_TITLES[role]}: ${on ? 'a second factor is needed from the next sign-in on' : 'no second factor needed'}.`);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setSet(undefined);
      setProblem(error.message);
    }
  };
  return (
    <fieldset className="bare">
      <legend className="muted">
        Who must show a code or a passkey beside the password. Whoever has none sets it up at the next sign-in; unlocking a
        tablet stays as it is.
      </legend>
      <div className="role-boxes">
        {ROLES.map((role) => (
          <Checkbox
            key={role}
            label={ROLE_TITLES[role]}
            checked={roles.includes(role)}
            onChange={(e) => void change(role, e.currentTarget.checked)}
          />
        ))}
      </div>
      <div role="alert">{problem && <Notice tone="caution">{problem}</Notice>}</div>
    </fieldset>
  );
}
