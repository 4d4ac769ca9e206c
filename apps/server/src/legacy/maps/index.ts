import type { TableMap } from '../map.ts';
import type { Flavour } from '../source.ts';
import { BROWSER } from './browser.ts';
import { FIRST } from './first.ts';
import { LATER } from './later.ts';

/** What becomes of the tables of each earlier app, parents first. A table that is not named is kept as it is. */
export const MAPS: Readonly<Record<Flavour, readonly TableMap[]>> = {
  first: FIRST,
  mysql: FIRST,
  later: LATER,
  browser: BROWSER,
};
