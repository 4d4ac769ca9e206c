import { expect, test } from 'vitest';
import { duplicateReasons, type Identity } from './duplicates.ts';

const ADA: Identity = {
  hospital_number: 'UNTH/24-001',
  last_name: 'Ọlábísí',
  first_name: 'Chidinma',
  gender: 'Female',
  date_of_birth: '1987-04-09',
  phone: '08035550101',
};
const of = (change: Identity) => duplicateReasons(ADA, { ...ADA, hospital_number: 'X', phone: null, ...change });
const NAMES = 'Names alike, same day of birth and sex';
const PHONE = 'Same phone and a name in common';

test.each<[string, Identity, string[]]>([
  ['spelt without accents', { last_name: 'Olabisi' }, [NAMES]],
  ['two letters changed places', { first_name: 'Chidimna' }, [NAMES]],
  ['two letters off in a long name', { first_name: 'Chidima' }, [NAMES]],
  ['names in the other order', { last_name: 'Chidinma', first_name: 'Olabisi' }, [NAMES]],
  ['only one name alike', { first_name: 'Grace' }, []],
  ['another day of birth', { date_of_birth: '1987-04-10' }, []],
  ['no day of birth', { date_of_birth: null }, []],
  ['another sex', { gender: 'Male' }, []],
  [
    'the same phone in another spelling, one name in common',
    { phone: '+234 (0)803 555 0101', first_name: 'Grace', date_of_birth: null },
    [PHONE],
  ],
  ['the same phone, no name in common', { phone: '08035550101', last_name: 'Else', first_name: 'Who' }, []],
  [
    'a number that differs in signs',
    { hospital_number: 'unth 24001', last_name: 'Else', first_name: 'Who' },
    ['Hospital numbers alike'],
  ],
])('[S36] %s', (_, change, reasons) => {
  expect(of(change)).toEqual(reasons);
  expect(duplicateReasons({ ...ADA, hospital_number: 'X', phone: null, ...change }, ADA)).toEqual(reasons);
});

test('[S36] short names must be the same; what is missing says nothing', () => {
  const short = { gender: 'Male', date_of_birth: '1990-01-01' };
  expect(
    duplicateReasons({ ...short, last_name: 'Obi', first_name: 'Ike' }, { ...short, last_name: 'Oba', first_name: 'Ike' }),
  ).toEqual([]);
  expect(duplicateReasons({}, {})).toEqual([]);
});
