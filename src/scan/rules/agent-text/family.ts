import { defineFamily } from '../../rule-family.ts';
import { COMMAND_TEXT_CHECKS } from './command-text-checks.ts';
import { HIDDEN_CHECKS } from './hidden-checks.ts';
import { INSTRUCTION_CHECKS } from './instruction-checks.ts';
import { SKILL_CHECKS } from './skill-checks.ts';

/** What agents read as instructions, and what comes with a skill. */
export const agentText = defineFamily({ id: 'agent-text', threats: ['prompt-injection', 'backdoor'] }, [
  ...HIDDEN_CHECKS,
  ...INSTRUCTION_CHECKS,
  ...SKILL_CHECKS,
  ...COMMAND_TEXT_CHECKS,
]);
