import { defineFamily } from '../../rule-family.ts';
import { LAUNCH_CHECKS } from './launch-checks.ts';
import { REACH_CHECKS } from './reach-checks.ts';

/** How MCP servers are started and reached. */
export const mcpServer = defineFamily({ id: 'mcp-server', threats: ['prompt-injection', 'backdoor'] }, [
  ...LAUNCH_CHECKS,
  ...REACH_CHECKS,
]);
