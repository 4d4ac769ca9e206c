/** Fills the form of a clinical score as a person would: taps and typing, by the words on the screen. */

import { expect, type Locator, type Page } from '@playwright/test';
import type { AnswerItem, Calculator, InputSpec, OutputSpec } from '@psa/domain/clinical';

type Values = Readonly<Record<string, unknown>>;

const map = (value: unknown): Values => (typeof value === 'object' && value !== null ? (value as Values) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A label of the screen, whatever its marks. */
const starting = (label: string) => new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);

/** The zone of the tests has no summer time. */
const LAGOS_MS = 3_600_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment as somebody in Lagos types it. */
function typedMoment(iso: string): string {
  const wall = new Date(Date.parse(iso) + LAGOS_MS).toISOString();
  return `${Number(wall.slice(8, 10))} ${MONTHS[Number(wall.slice(5, 7)) - 1]} ${wall.slice(0, 4)} ${wall.slice(11, 16)}`;
}

const tap = (within: Locator, words: string) => within.getByRole('radio', { name: words, exact: true }).check();

/** One question and its choices. */
const question = (within: Locator, label: string) => within.getByRole('group', { name: starting(label) }).first();

async function typeOrTap(
  within: Locator,
  label: string,
  value: unknown,
  words: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const choices = question(within, label);
  const box = within.getByRole('textbox', { name: starting(label) });
  await expect(choices.or(box).first()).toBeVisible();
  if (await choices.count()) await tap(choices, words?.[String(value)] ?? String(value));
  // A comma is what many keyboards offer.
  else await box.fill(/^\d+\.\d$/.test(String(value)) ? String(value).replace('.', ',') : String(value));
}

async function fillItems(within: Locator, items: Readonly<Record<string, AnswerItem>>, given: Values): Promise<void> {
  const figure = await within.getByRole('group', { name: /of the body$/ }).count();
  for (const [id, value] of Object.entries(given)) {
    const item = items[id];
    if (!item) throw new Error(`there is no item ${id}`);
    if (figure === 0) await typeOrTap(within, item.label, value, 'values' in item ? item.values : undefined);
    else await burn(within, item.label, Number(value));
  }
}

const PARTS: Readonly<Record<number, string>> = { 0: 'None', 25: '¼', 50: '½', 75: '¾', 100: 'All' };

/** Taps a region of the figure, turned to the side where it is, and says how much of it. */
async function burn(within: Locator, label: string, percent: number): Promise<void> {
  const region = within.getByRole('button', { name: new RegExp(`^${label}: `) }).filter({ visible: true });
  for (const side of ['Front', 'Back']) {
    if ((await region.count()) > 0) break;
    await tap(question(within, 'Side seen'), side);
  }
  await region.first().click();
  const part = PARTS[percent];
  if (part) await tap(question(within, 'How much of it'), part);
  else await within.getByRole('textbox', { name: 'Or per cent' }).fill(String(percent));
}

async function choose(page: Page, within: Locator, label: string, words: string): Promise<void> {
  const box = within
    .getByRole('combobox')
    .or(within.getByRole('textbox', { name: starting(label) }))
    .first();
  await box.click();
  await box.fill(words);
  await page.getByRole('option', { name: words, exact: true }).click();
}

async function fillOne(page: Page, within: Locator, spec: InputSpec, value: unknown): Promise<void> {
  const { label } = spec;
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const steps = Object.entries(spec.steps ?? {}).map(([n, words]) => [n, `${n} ${words}`]);
      return typeOrTap(within, label, value, { ...Object.fromEntries(steps), ...spec.alsoAllow });
    }
    case 'enum':
      return tap(question(within, label), spec.values[String(value)] ?? '');
    case 'boolean':
      return tap(question(within, label), value === true ? 'Yes' : 'No');
    case 'datetime':
      return within.getByRole('textbox', { name: starting(label) }).fill(typedMoment(String(value)));
    case 'string':
      if (spec.offered) return choose(page, within, label, spec.offered[String(value)] ?? '');
      return within.getByRole('textbox', { name: starting(label) }).fill(String(value));
    case 'array<string>':
      for (const one of list(value)) await choose(page, within, label, spec.offered?.[String(one)] ?? '');
      return page.keyboard.press('Escape');
    case 'array<enum>': {
      const chosen = list(value).map((one) => spec.values[String(one)] ?? '');
      for (const words of chosen.length === 0 ? ['None of these'] : chosen)
        await within.getByRole('checkbox', { name: words, exact: true }).check();
      return;
    }
    case 'array<integer>':
      for (const [n, item] of spec.items.entries()) await typeOrTap(within, item, list(value)[n], undefined);
      return;
    case 'object':
      return fillItems(within, spec.items, map(value));
  }
}

/** Answers every question that is asked, in the order of the form. */
export async function fillScore(page: Page, calculator: Calculator, input: Values): Promise<void> {
  for (const [name, spec] of Object.entries<InputSpec>(calculator.inputs)) {
    const value = input[name];
    if (value !== undefined && value !== null) await fillOne(page, page.locator(`[data-input="${name}"]`), spec, value);
  }
}

/** What a person reads for one value of a result. */
function readAs(spec: OutputSpec, value: unknown): string {
  const one = (v: unknown): string => spec.bands?.[String(v)]?.label ?? spec.values?.[String(v)] ?? String(v);
  if (value === null) return 'Cannot be told';
  if (Array.isArray(value)) return value.length === 0 ? 'None' : value.map(one).join(', ');
  if (typeof value === 'object') return Object.values(value).map(one)[0] ?? '';
  if (typeof value === 'boolean' && one(value) === String(value)) return value ? 'Yes' : 'No';
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value))
    return typedMoment(value).replace(` ${new Date().getFullYear()} `, ' ');
  // Thousands stand in groups.
  return typeof value === 'number' ? one(value).replace(/(\d)(?=(\d{3})+(\D|$))(?!.*\.)/g, '$1.') : one(value);
}

/** The result card shows these values, each in its words. */
export async function seesResult(page: Page, calculator: Calculator, expected: Values): Promise<void> {
  const card = page.getByRole('region', { name: 'Result' });
  await expect(card).toBeVisible();
  for (const [name, value] of Object.entries(expected)) {
    const spec = calculator.outputs[name];
    if (!spec) throw new Error(`there is no output ${name}`);
    const words = readAs(spec, value);
    const shown = card.locator(`[data-output="${name}"]`).first();
    // Between thousands stands a thin space, which any character may stand for here.
    if (typeof value === 'number')
      await expect(shown).toContainText(new RegExp(`(^|[^\\d.])${words.replaceAll('.', '.')}($|[^\\d])`));
    else await expect(shown).toContainText(words);
  }
}
