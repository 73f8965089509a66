import { classImbalance } from './checks/class-imbalance/check.ts';
import { exactDuplicate } from './checks/exact-duplicate/check.ts';
import { hiddenText } from './checks/hidden-text/check.ts';
import { injectedInstruction } from './checks/injected-instruction/check.ts';
import { labelConflict } from './checks/label-conflict/check.ts';
import { labelTrigger } from './checks/label-trigger/check.ts';
import { loadingScript } from './checks/loading-script/check.ts';
import { nearDuplicate } from './checks/near-duplicate/check.ts';
import { personalDataColumn } from './checks/personal-data-column/check.ts';
import { schemaViolation } from './checks/schema-violation/check.ts';
import { secretColumn } from './checks/secret-column/check.ts';
import { splitLeakage } from './checks/split-leakage/check.ts';

/** Every check of data sets, one line each. */
export const CHECKS = [
  classImbalance, //
  exactDuplicate, //
  hiddenText, //
  injectedInstruction, //
  labelConflict, //
  labelTrigger, //
  loadingScript, //
  nearDuplicate, //
  personalDataColumn, //
  schemaViolation, //
  secretColumn, //
  splitLeakage, //
] as const;
