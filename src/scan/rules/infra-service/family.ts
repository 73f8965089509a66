import { defineFamily } from '../../rule-family.ts';
import { APPLICATION_CHECKS } from './application-checks.ts';
import { SERVING_CHECKS } from './serving-checks.ts';
import { WORKBENCH_CHECKS } from './workbench-checks.ts';

/** Services around models that let in whoever reaches them. */
export const infraService = defineFamily({ id: 'infra-service', threats: ['denial-of-service', 'model-extraction'] }, [
  ...SERVING_CHECKS,
  ...APPLICATION_CHECKS,
  ...WORKBENCH_CHECKS,
]);
