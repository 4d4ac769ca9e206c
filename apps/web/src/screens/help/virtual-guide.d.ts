/** docs/guide, read when the app is built (apps/web/guide.config.ts). */
declare module 'virtual:guide' {
  export const GUIDE: readonly import('./page.ts').GuidePage[];
}
