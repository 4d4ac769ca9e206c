import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { type Mode, TOKENS } from './tokens.ts';

const brand: MantineColorsTuple = [
  '#eaf5f0',
  '#d3e9df',
  '#a9d6c3',
  '#7fc5a8',
  '#62c6a0',
  '#2f8e6c',
  '#1b7457',
  '#115f47',
  '#0c4f3d',
  '#073a2c',
];
const danger: MantineColorsTuple = [
  '#fdeae8',
  '#f9d2cf',
  '#f3aaa5',
  '#ee827b',
  '#ff968e',
  '#d33c36',
  '#c22a26',
  '#ab1b1b',
  '#ab1b1b',
  '#7c1010',
];

/** One family, one radius, one weight of line. Sizes are rem, so that zoom and theatre mode carry everything. */
export const theme = createTheme({
  colors: { brand, danger },
  primaryColor: 'brand',
  primaryShade: { light: 8, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: "'Inter Variable', system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "'Inter Variable', system-ui, 'DejaVu Sans', sans-serif",
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: { fontWeight: '620' },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'md' } },
    TextInput: { defaultProps: { size: 'md' } },
    Textarea: { defaultProps: { size: 'md' } },
    Select: { defaultProps: { size: 'md' } },
    TagsInput: { defaultProps: { size: 'md' } },
    PasswordInput: {
      defaultProps: { size: 'md', visibilityToggleButtonProps: { 'aria-label': 'Show what is typed', tabIndex: 0 } },
    },
    Modal: { defaultProps: { transitionProps: { duration: 100 }, overlayProps: { backgroundOpacity: 0.35 } } },
    Menu: { defaultProps: { transitionProps: { duration: 80 } } },
    Popover: { defaultProps: { transitionProps: { duration: 80 } } },
  },
});

function variables(mode: Mode): Record<string, string> {
  const t = TOKENS[mode];
  return {
    ...Object.fromEntries(Object.entries(t).map(([name, value]) => [`--${name}`, value])),
    '--mantine-color-body': t.paper,
    '--mantine-color-text': t.ink,
    '--mantine-color-dimmed': t.muted,
    '--mantine-color-error': t.danger,
    '--mantine-color-placeholder': t.muted,
    '--mantine-color-default': t.raised,
    '--mantine-color-default-hover': t.sunk,
    '--mantine-color-default-border': t['line-strong'],
    '--mantine-color-default-color': t.ink,
    '--mantine-color-anchor': t.brand,
    '--mantine-color-brand-filled': t.brand,
    '--mantine-color-brand-text': t.brand,
    '--mantine-color-brand-light': t['brand-wash'],
    '--mantine-color-brand-light-color': t.brand,
    '--mantine-primary-color-filled': t.brand,
    '--mantine-primary-color-contrast': t['brand-ink'],
    '--mantine-color-danger-text': t.danger,
  };
}

/** The colours of a mode as CSS variables. */
export const resolver =
  (mode: Mode): CSSVariablesResolver =>
  () => ({
    variables: {},
    light: variables(mode === 'light' ? mode : 'light'),
    dark: variables(mode === 'theatre' ? mode : 'dark'),
  });
