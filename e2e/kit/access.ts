import type { Page } from '@playwright/test';

/**
 * What a screen reader or a keyboard would stumble over on this page, one sentence each: controls without a name, images
 * without words, headings and landmarks missing or twice, ids twice, targets too small, text too faint.
 */
export function accessProblems(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const problems: string[] = [];
    const shown = (el: Element) => {
      const box = el.getBoundingClientRect();
      return (
        box.width > 0 && box.height > 0 && getComputedStyle(el).visibility !== 'hidden' && !el.closest('[aria-hidden="true"]')
      );
    };
    const called = (el: Element) => `<${el.tagName.toLowerCase()}> ${el.outerHTML.slice(0, 120)}`;
    const textOf = (ids: string | null) =>
      (ids ?? '')
        .split(/\s+/)
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join(' ')
        .trim();
    const nameOf = (el: Element): string => {
      const labels =
        'labels' in el ? [...((el as HTMLInputElement).labels ?? [])].map((l) => l.textContent ?? '').join(' ') : '';
      const own = el.tagName === 'INPUT' || el.tagName === 'SELECT' || el.tagName === 'TEXTAREA' ? '' : (el.textContent ?? '');
      const images = [...el.querySelectorAll('img[alt], svg title')]
        .map((i) => i.getAttribute('alt') ?? i.textContent ?? '')
        .join(' ');
      return (
        textOf(el.getAttribute('aria-labelledby')) ||
        el.getAttribute('aria-label') ||
        labels.trim() ||
        own.trim() ||
        images.trim() ||
        el.getAttribute('title') ||
        ''
      );
    };

    if (!document.documentElement.lang) problems.push('the page does not say its language');
    if (document.title.trim() === '') problems.push('the page has no title');
    const mains = [...document.querySelectorAll('main, [role="main"]')].filter(shown);
    if (mains.length !== 1) problems.push(`${mains.length} main landmarks`);
    const first = [...document.querySelectorAll('h1')].filter(shown);
    if (first.length !== 1) problems.push(`${first.length} headings of level 1`);

    const controls =
      'button, a[href], input:not([type="hidden"]), select, textarea, [role="button"], [role="tab"], [role="combobox"]';
    for (const el of [...document.querySelectorAll(controls)].filter(shown)) {
      if (nameOf(el) === '') problems.push(`no name: ${called(el)}`);
    }
    for (const el of [...document.querySelectorAll('img')].filter(shown)) {
      if (!el.hasAttribute('alt')) problems.push(`no words for a picture: ${called(el)}`);
    }
    const ids = [...document.querySelectorAll('[id]')].map((el) => el.id);
    for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) problems.push(`the id ${id} is given twice`);
    return problems;
  });
}

/** Pixels by which the page is wider than its window: 0 unless one must scroll sideways. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
}

/**
 * Walks the page with Tab until the walk comes round, at most `most` steps.
 * @returns the controls met, with whether each shows that it has the focus.
 */
export async function tabWalk(page: Page, most = 60): Promise<{ name: string; visible: boolean }[]> {
  const met: { name: string; visible: boolean }[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const el = document.activeElement;
      if (!el || el === document.body) return null;
      const marked = (target: Element) => {
        const style = getComputedStyle(target);
        return (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
      };
      // A field may draw the ring on the frame around it.
      const visible = marked(el) || (el.parentElement !== null && marked(el.parentElement)) || focusBorder(el);
      function focusBorder(target: Element): boolean {
        const focused = getComputedStyle(target).borderColor;
        (target as HTMLElement).blur();
        const blurred = getComputedStyle(target).borderColor;
        (target as HTMLElement).focus();
        return focused !== blurred;
      }
      const order = [...document.querySelectorAll('*')].indexOf(el);
      return {
        key: String(order),
        name: el.getAttribute('aria-label') ?? el.textContent?.trim().slice(0, 40) ?? el.tagName,
        visible,
      };
    });
    // Past the last control the walk leaves the page and comes in again at its top.
    if (!stop) continue;
    if (seen.has(stop.key)) break;
    seen.add(stop.key);
    met.push({ name: stop.name, visible: stop.visible });
  }
  return met;
}
