import { defineFamily } from '../../rule-family.ts';
import { BUILDER_CHECKS } from './builder-checks.ts';
import { LANGUAGE_ENGINE_CHECKS } from './language-engine-checks.ts';
import { MODEL_SERVER_CHECKS } from './model-server-checks.ts';
import { NOTEBOOK_CHECKS } from './notebook-checks.ts';
import { RAY_CHECKS } from './ray-checks.ts';
import { VECTOR_STORE_CHECKS } from './vector-store-checks.ts';

/** Services around models that let in whoever reaches them. */
export const infraService = defineFamily({ id: 'infra-service', threats: ['denial-of-service', 'model-extraction'] }, [
  ...RAY_CHECKS,
  ...LANGUAGE_ENGINE_CHECKS,
  ...MODEL_SERVER_CHECKS,
  ...NOTEBOOK_CHECKS,
  ...VECTOR_STORE_CHECKS,
  ...BUILDER_CHECKS,
]);
