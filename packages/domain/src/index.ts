export * from './access.ts';
export * from './fields.ts';
export * from './ids.ts';
export * from './problems.ts';
export * from './record.ts';
export * from './records/index.ts';
export * from './schemas.ts';
