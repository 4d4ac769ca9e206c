import { expect, test } from 'vitest';
import type { Json } from '../fields.ts';
import { BOOKING_TEAM, overlapsOfPeople, overlapsOfTheatre } from './surgery_overlap.ts';

const [ANA, OBI] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const booking = (part: Readonly<Record<string, Json>> = {}): Record<string, Json> => ({
  scheduled_date: '2026-03-01',
  scheduled_time: '08:00',
  estimated_duration: 120,
  theatre_number: 'Main 1',
  status: 'Scheduled',
  primary_surgeon_id: ANA,
  ...part,
});
const at = (scheduled_time: string, part = {}) => booking({ scheduled_time, ...part });

test.each([
  ['one minute before the other ends', booking(), at('09:59'), true],
  ['when the other ends', booking(), at('10:00'), false],
  ['within the other', booking(), at('08:30', { estimated_duration: 10 }), true],
  ['written in other letters', booking(), at('09:00', { theatre_number: 'MAIN 1' }), true],
  ['past midnight', at('23:00', { estimated_duration: 180 }), at('01:00', { scheduled_date: '2026-03-02' }), true],
  ['in another theatre', booking(), at('09:00', { theatre_number: 'Main 2' }), false],
  ['in no theatre', booking({ theatre_number: null }), at('09:00', { theatre_number: null }), false],
  ['of unknown length', booking(), at('09:00', { estimated_duration: null }), false],
  ['meant to', booking(), at('09:00', { overlap_reason: 'Two tables' }), false],
  ['meant to by the other', booking({ overlap_reason: 'Two tables' }), at('09:00'), false],
  ['under way', booking({ status: 'In Progress' }), at('09:00', { status: 'Confirmed' }), true],
  ['called off', booking({ status: 'Cancelled' }), at('09:00'), false],
  ['put off', booking(), at('09:00', { status: 'Postponed' }), false],
  ['done', booking({ status: 'Completed' }), at('09:00'), false],
])('an operation that begins %s: %#', (_what, a, b, overlap) => {
  expect(overlapsOfTheatre(a, b)).toBe(overlap);
  expect(overlapsOfTheatre(b, a)).toBe(overlap);
});

test('a person can be in one operation at a time, in whatever part', () => {
  for (const mine of BOOKING_TEAM) {
    for (const theirs of BOOKING_TEAM) {
      const [a, b] = [
        booking({ primary_surgeon_id: null, [mine]: ANA }),
        at('09:00', { primary_surgeon_id: OBI, [theirs]: ANA }),
      ];
      expect(overlapsOfPeople(a, b), `${mine} ${theirs}`).toBe(true);
      expect(overlapsOfPeople(a, at('10:00', { [theirs]: ANA }))).toBe(false);
    }
  }
  expect(overlapsOfPeople(booking(), at('09:00', { primary_surgeon_id: OBI }))).toBe(false);
  expect(overlapsOfPeople(booking({ primary_surgeon_id: null }), at('09:00', { primary_surgeon_id: null }))).toBe(false);
});
