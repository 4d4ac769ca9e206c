export { ABLATIONS, type Ablation } from './ablations.ts';
export type { Violation } from './evidence.ts';
export type { Entity, Oracle } from './oracle.ts';
export type { Plan } from './plan.ts';
export type { SimDatabase } from './server.ts';
export { type Story, shrink } from './shrink.ts';
export { type Outcome, type Stats, simulate } from './simulate.ts';
export type { Options, Plants } from './world.ts';
