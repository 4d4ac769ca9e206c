import { describe, expect, test } from 'vitest';
import { Disguise, type KnownIdentifiers, plainText, wordsOfName, wordsToLookUp } from './index.ts';

const NOTHING: KnownIdentifiers = { people: [], numbers: [], phones: [], born: [], addresses: [], places: [] };
const ADA: KnownIdentifiers = {
  people: [
    { as: 'PATIENT', names: ['Adaeze', 'Ọnụọha', 'Blessing'] },
    { as: 'KIN', names: ["Ya'u Okafor-Eze"] },
  ],
  numbers: ['UNTH/2026/00017', 'ADM-26-7K2M9QXA'],
  phones: ['08031234567'],
  born: ['2010-05-01'],
  addresses: ['Plot 14, Unity Layout, beside the mill'],
  places: ['Oji River'],
};
const FACILITY = new Set(['grace', 'may', 'emeka', 'musa', 'bello', 'ngozi', 'burns']);
const isName = (word: string) => FACILITY.has(word);

const hide = (text: string, known = ADA) => new Disguise(known, isName).hide(text);

/** Each line: what is written, and a word of it that must be gone. */
const LEAKS: readonly (readonly [text: string, gone: RegExp])[] = [
  ['Adaeze Onuoha came back', /adaeze|onuoha/i],
  ['ONUOHA, ADAEZE B. came back', /adaeze|onuoha| B\./i],
  ['Ọnụọha’s wound', /nụọha/],
  ["Adaeze's wound", /adaeze/i],
  ['{"first_name":"Adaeze","last_name":"\\u1eccn\\u1ee5\\u1ecdha"}', /adaeze|\\u1e|nụọha/i],
  ['adaeze_onuoha.jpg', /adaeze|onuoha/],
  ['AdaezeOnuoha', /adaeze|onuoha/i],
  ['adaezeonuoha', /adaeze|onuoha/],
  ['a blessing, says the mother', /blessing/],
  ['Ada\u200beze', /eze/],
  ['Ａｄａｅｚｅ', /Ａｄａｅｚｅ|adaeze/i],
  ['called Ya’u, son of Yau Okafor', /ya’u|yau|okafor/i],
  ['seen with Emeka', /emeka/i],
  ['seen with emeka.', /emeka/],
  ['Musa Bello and Dr. Uzochi Umeh', /musa|bello|uzochi|umeh/i],
  ['Mrs Zzyzx phoned', /zzyzx/i],
  ['next of kin: Chuba Ozor', /chuba|ozor/i],
  ['May Bello has grace', /\bmay\b|bello|grace/i],
  ['unth/2026/00017', /00017/],
  ['UNTH 2026 00017, or just 00017', /00017/],
  ['UNTH202600017', /00017/],
  ['hospital number is AB-77 1', /AB-77/],
  ['ABC/2019/4411 of somebody', /4411/],
  ['adm 26 7k2m9qxa', /7k2m9qxa/],
  ['MRN 88231', /88231/],
  ['0803 123 4567', /0803|4567/],
  ['+234 (0) 803-123-4567', /803|4567/],
  ['2348031234567', /8031234567/],
  ['00234 803 1234 567', /803|567/],
  ['call 0 8 0 3 1 2 3 4 5 6 7', /1 2 3/],
  ['(0701) 555 0199', /0701|0199/],
  ['803 123 4567', /803|4567/],
  ['+44 20 7946 0958', /7946/],
  ['ada.o@example.ng', /ada\.o|example/],
  ['ada.o [at] example.ng', /ada\.o|example/],
  ['1 May 2010', /2010/],
  ['on 01/05/2010 and 2010-05-01T00:00:00.000Z', /2010/],
  ['05.01.10', /05\.01\.10/],
  ['20100501', /20100501/],
  ['1st of May, 2010', /2010/],
  ['May 1st, 2010', /2010/],
  ['DOB: 12/11/1984', /1984/],
  ['"date_of_birth":"1984-11-12"', /1984/],
  ['born on 12 November 1984', /1984/],
  ['Emeka (12-11-1984)', /1984/],
  ['lives at 3B Nike Lake view. Wound clean', /nike lake/i],
  ['12 Ogui Road, Enugu', /ogui/i],
  ['14 Unity Layout', /unity/i],
  ['plot 14 unity layout; beside the mill', /unity|mill/i],
  ['address: c/o St. Mary, Aba', /mary|aba/i],
  ['comes from OJI-RIVER', /oji/i],
];

describe('what must not leave', () => {
  test.each(LEAKS)('%s', (text, gone) => {
    const disguise = new Disguise(ADA, isName);
    const hidden = disguise.hide(text);
    expect(plainText(text)).toMatch(gone);
    expect(hidden).not.toMatch(gone);
    expect(disguise.restore(hidden)).toBe(plainText(text));
  });
});

describe('what a model needs to read', () => {
  test.each([
    'TBSA 28 %, weight 62.5 kg, 4 mL/kg: 6,944 mL in 24 hours',
    'Admitted 20/11/2026, operated on 22 November 2026 at 09:30',
    'BP 120/80, pulse 96, temp 37.8, SpO2 98 %, Hb 9.4 g/dL, Na 138, K 4.1, urea 5.2',
    'Ceftriaxone 1 g 12-hourly, then 500 mg; may be changed, it will heal',
    '28 year old involved in a road traffic accident 3 days ago, address the wound',
    'Flap observed at 02:00, 03:00, 04:00; CRT 2 s; graft take 90–95 %',
  ])('%s', (text) => {
    expect(hide(text)).toBe(text);
  });
});

describe('placeholders', () => {
  test('are stable: the same person has one number, another spelling a letter', () => {
    expect(hide('Adaeze Onuoha. ADAEZE ONUOHA. Adaeze Onuoha.')).toBe('[PATIENT-1]. [PATIENT-1B]. [PATIENT-1].');
    expect(hide('Call 08031234567 or 0803 123 4567 or 07011112222')).toBe('Call [PHONE-1] or [PHONE-1B] or [PHONE-2]');
  });

  test('that the text already holds are not taken for ours', () => {
    const disguise = new Disguise(ADA, isName);
    const hidden = disguise.hide('[PATIENT-1] is what Adaeze was called');
    expect(hidden).toBe('[TEXT-1] is what [PATIENT-1] was called');
    expect(disguise.restore(hidden)).toBe('[PATIENT-1] is what Adaeze was called');
    expect(disguise.restore('[patient-1], [PATIENT-9], [KIN-1]')).toBe('Adaeze, [PATIENT-9], [KIN-1]');
  });

  test('come back in an answer cut anywhere', () => {
    const disguise = new Disguise(ADA, isName);
    const hidden = disguise.hide('Adaeze [sic] phones 08031234567; "a[b-1" [x');
    for (let size = 1; size <= hidden.length; size++) {
      const restorer = disguise.placeholders.restorer();
      let out = '';
      for (let at = 0; at < hidden.length; at += size) out += restorer.push(hidden.slice(at, at + size));
      expect(out + restorer.end()).toBe('Adaeze [sic] phones 08031234567; "a[b-1" [x');
    }
  });

  test('without anything known, patterns and names of the facility still count', () => {
    expect(hide('Emeka, 08031234567', NOTHING)).toBe('[PERSON-1], [PHONE-1]');
  });
});

test('words to look up hold every word of a name, however it is written', () => {
  for (const name of ["Ya'u Okafor-Eze", 'Ọnụọha Adaeze', 'AdaezeOnuoha', 'Fúnmiláyọ̀']) {
    const asked = new Set(wordsToLookUp(`seen: ${name.toUpperCase() === name ? name : name}s`));
    expect(wordsOfName(name).some((word) => asked.has(word))).toBe(true);
  }
});

test('a long text takes no longer than it must', () => {
  const lines = ['no 1 a b c d e f', '0 0 0 0 0 0', '[[[[PATIENT-', 'A A A A A A', 'address: x.y.z', "Mr Mr Mr 'a'a'a"];
  for (const line of lines) {
    const text = line.repeat(Math.floor(60_000 / line.length));
    const begun = process.cpuUsage();
    hide(text);
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1000, line).toBeLessThan(3_000);
  }
});
