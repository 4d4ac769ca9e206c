export * from './device-store.ts';
export * from './must.ts';
export * from './server-store.ts';
