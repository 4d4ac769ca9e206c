/** Colours by meaning. A test holds the contrast of every pair that carries words. */

export const MODES = ['light', 'dark', 'theatre'] as const;
export type Mode = (typeof MODES)[number];

export interface Tokens {
  paper: string;
  sunk: string;
  raised: string;
  line: string;
  'line-strong': string;
  ink: string;
  muted: string;
  brand: string;
  'brand-ink': string;
  'brand-wash': string;
  info: string;
  'info-wash': string;
  caution: string;
  'caution-wash': string;
  danger: string;
  'danger-wash': string;
  done: string;
  'done-wash': string;
  conflict: string;
  'conflict-wash': string;
}

export const TOKENS: Readonly<Record<Mode, Tokens>> = {
  light: {
    paper: '#fdfdfb',
    sunk: '#f2f5f1',
    raised: '#ffffff',
    line: '#dfe5df',
    'line-strong': '#7e8f85',
    ink: '#14201a',
    muted: '#54635a',
    brand: '#0c4f3d',
    'brand-ink': '#ffffff',
    'brand-wash': '#e2efe8',
    info: '#1c5a9c',
    'info-wash': '#e7f0f9',
    caution: '#7d4a00',
    'caution-wash': '#fcf0d9',
    danger: '#ab1b1b',
    'danger-wash': '#fdeae8',
    done: '#1a6b42',
    'done-wash': '#e3f3e9',
    conflict: '#6237ab',
    'conflict-wash': '#f0eafb',
  },
  dark: {
    paper: '#0f1513',
    sunk: '#0a0f0d',
    raised: '#161e1b',
    line: '#25302b',
    'line-strong': '#6a7d73',
    ink: '#e5ece8',
    muted: '#a1b0a8',
    brand: '#62c6a0',
    'brand-ink': '#04231a',
    'brand-wash': '#14322a',
    info: '#86b7f1',
    'info-wash': '#12253a',
    caution: '#e6b25f',
    'caution-wash': '#31250e',
    danger: '#ff968e',
    'danger-wash': '#3a1818',
    done: '#72cf99',
    'done-wash': '#11301f',
    conflict: '#c3a6f6',
    'conflict-wash': '#291d41',
  },
  theatre: {
    paper: '#000000',
    sunk: '#000000',
    raised: '#0a0d0c',
    line: '#4a5a52',
    'line-strong': '#9fb2a8',
    ink: '#ffffff',
    muted: '#d3ddd8',
    brand: '#7fe3bd',
    'brand-ink': '#00180f',
    'brand-wash': '#0e2a21',
    info: '#a8cdfb',
    'info-wash': '#0b1c30',
    caution: '#ffd083',
    'caution-wash': '#2a1e06',
    danger: '#ffb1ab',
    'danger-wash': '#330e0e',
    done: '#97ecb9',
    'done-wash': '#0a2415',
    conflict: '#d9c4ff',
    'conflict-wash': '#211336',
  },
};

function luminance(hex: string): number {
  const channel = (at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** Contrast of two colours `#rrggbb`, 1 to 21 (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
}
