import { expect, test } from 'vitest';
import { duplicateReasons, type Identity, registeredAlready } from './duplicates.ts';

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

test('[S36] someone already known is pointed out while being registered, what says most first', () => {
  const known = [
    {
      id: 'a',
      last_name: 'Obi',
      first_name: 'Adanna',
      phone: '0803 111 2222',
      date_of_birth: '1980-03-12',
      hospital_number: 'H-1',
    },
    { id: 'b', last_name: 'Eze', first_name: 'Uche', phone: '+234 803 111 2222', date_of_birth: null, hospital_number: 'H-2' },
    {
      id: 'c',
      last_name: 'Bello',
      first_name: 'Musa',
      phone: null,
      date_of_birth: null,
      hospital_number: 'H-3',
      gender: 'Male',
    },
  ];
  const found = (typed: Identity) =>
    registeredAlready(typed, known).map(({ patient, reasons }) => `${patient.id}: ${reasons.join(', ')}`);
  expect(found({ last_name: 'Adana', first_name: 'Obi' })).toEqual(['a: Names alike']);
  expect(found({ last_name: 'Adana', first_name: 'Obi', date_of_birth: '1980-03-12' })).toEqual([`a: ${NAMES}`]);
  expect(found({ last_name: 'Eze', phone: '08031112222' })).toEqual([`b: ${PHONE}`]);
  expect(found({ hospital_number: 'h 3', last_name: 'Obi', first_name: 'Adanna' })).toEqual([
    'c: Hospital numbers alike',
    'a: Names alike',
  ]);
  expect(found({ last_name: 'Bello', first_name: 'Musa', gender: 'Female' })).toEqual([]);
  expect(found({ last_name: 'Obi' })).toEqual([]);
  expect(found({ phone: '08031112222' })).toEqual([]);
  expect(found({})).toEqual([]);
  expect(registeredAlready({ last_name: 'Obi', first_name: 'Adanna' }, Array(9).fill(known[0]), 3)).toHaveLength(3);
});
