export * from './crc32.ts';
export * from './device/entries.ts';
export * from './device/link.ts';
export * from './device/memory.ts';
export * from './device/store.ts';
export * from './digest.ts';
export * from './protocol.ts';
export * from './server/store.ts';
