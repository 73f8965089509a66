import { defineFamily } from '../../rule-family.ts';

/**
 * What only shows between files, or between now and an earlier day. These rows judge no facts of one file: `compareWithLock` and
 * `compareDefinitions` make their findings when all files have been looked at.
 */
export const agentDefinitions = defineFamily({ id: 'agent-definitions', threats: ['prompt-injection', 'backdoor'] }, [
  {
    id: 'agent-definition-drift',
    title: 'Definition that is not the one that was locked',
    severity: 'high',
    meaning:
      'A server, tool, skill, hook or text of instructions has changed since it was looked at and locked. A change after the approval is how a trusted definition becomes a harmful one.',
    fix: 'Look at the change; if it is right, write the lock again with `--write-lock`.',
    references: ['https://invariantlabs.ai/blog/mcp-security-notification-tool-poisoning-attacks', 'CVE-2025-54136'],
    taxonomy: ['CWE-494', 'AML.T0010'],
    judge: {},
  },
  {
    id: 'agent-definition-new',
    title: 'Definition that nobody has locked',
    severity: 'medium',
    meaning: 'A server, tool, skill, hook or text of instructions has come since the lock was written.',
    fix: 'Look at it; if it is right, write the lock again with `--write-lock`.',
    references: ['CVE-2025-54135', 'CVE-2025-54136'],
    taxonomy: ['CWE-829', 'AML.T0010'],
    judge: {},
  },
  {
    id: 'agent-definition-gone',
    title: 'Definition that was locked and is gone',
    severity: 'info',
    meaning: 'Something that the lock names is no longer there.',
    fix: 'Write the lock again with `--write-lock` if that is right.',
    references: ['CVE-2025-54136'],
    taxonomy: ['CWE-494'],
    judge: {},
  },
  {
    id: 'skill-overlap',
    title: 'Skills that claim the same',
    severity: 'low',
    meaning:
      'Two skills have one name, names that look alike, or nearly the same description: which one the agent loads is chance, or the choice of whoever wrote the second.',
    fix: 'Remove one, or tell in each description when the other is meant.',
    references: ['https://agentskills.io/specification'],
    taxonomy: ['CWE-1007', 'AML.T0053'],
    judge: {},
  },
]);
