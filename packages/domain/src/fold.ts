/** Letters that carry their mark inside and so survive decomposition (Hausa, Fulfulde and neighbours). */
const HOOKED: Readonly<Record<string, string>> = {
  ɓ: 'b',
  ɗ: 'd',
  ƙ: 'k',
  ƴ: 'y',
  ŋ: 'n',
  ɛ: 'e',
  ɔ: 'o',
  ə: 'e',
  ı: 'i',
  ø: 'o',
  ł: 'l',
};

const BEYOND_ASCII = /[^ -~]/;

/** Lower case without accents, dots below or hooks: `Ọlá-Ɗan` → `ola-dan`. The SQL function fold_name() does the same. */
export function fold(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  const plain = text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return plain.replace(/[ɓɗƙƴŋɛɔəıøł]/g, (c) => HOOKED[c] ?? c);
}

/** Digits of a phone number in national form: `+234 803…`, `234803…`, `+234 (0)803…` and `0803…` are the same number. */
export function nationalPhone(text: string): string {
  const digits = text.replace(/\D/g, '');
  return digits.startsWith('234') && digits.length >= 6 ? `0${digits.slice(3).replace(/^0/, '')}` : digits;
}
