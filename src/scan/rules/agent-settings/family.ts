import { defineFamily } from '../../rule-family.ts';
import { COMMAND_CHECKS } from './command-checks.ts';
import { PERMISSION_CHECKS } from './permission-checks.ts';
import { SECRET_CHECKS } from './secret-checks.ts';

/** What an agent may do without a question, what it runs by itself, and what its configuration gives away. */
export const agentSettings = defineFamily({ id: 'agent-settings', threats: ['prompt-injection', 'backdoor'] }, [
  ...PERMISSION_CHECKS,
  ...COMMAND_CHECKS,
  ...SECRET_CHECKS,
]);
