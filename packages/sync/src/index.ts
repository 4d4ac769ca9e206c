export * from './device/link.ts';
export * from './device/store.ts';
export * from './digest.ts';
export * from './protocol.ts';
export * from './server/store.ts';
