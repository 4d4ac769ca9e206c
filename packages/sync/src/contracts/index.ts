export * from './device-store.ts';
export * from './must.ts';
