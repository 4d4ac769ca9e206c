import { useMemo } from 'react';
import { useRows } from '../store/index.ts';
import { useNow } from '../ui/clock.ts';
import { dayIn } from '../ui/days.ts';
import type { Present } from './form.ts';

/** The hospital's zone; the device's own until the facility is known. */
function useZone(): string {
  const facilities = useRows('facilities');
  return facilities[0]?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The present in the hospital's zone, moving on every half minute. */
export function usePresent(): Present {
  const zone = useZone();
  const now = useNow();
  return useMemo(() => ({ now, zone, today: dayIn(now, zone) }), [now, zone]);
}
