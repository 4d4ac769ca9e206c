import { describeRule } from '../testing.ts';
import { bmi } from './bmi.ts';

describeRule(bmi, { weightKg: 70, heightCm: 175 });
