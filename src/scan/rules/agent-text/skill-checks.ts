import { show } from '../../agents/show.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

const SKILLS = 'https://agentskills.io/specification';
const HIJACK = new RegExp(
  String.raw`\b(?:always|must)\s{1,4}(?:be\s{1,4})?(?:use|used|invoke|invoked|load|loaded|run)\b[^.\n]{0,80}\b(?:every|all|any|each)\s{1,4}(?:request|task|message|conversation|prompt|question|response|time)s?\b|\b(?:use|invoke|load|run)\s{1,4}(?:this\s{1,4})?(?:skill\s{1,4})?(?:for|on|before|at the start of)\s{1,4}(?:every|all|any|each)\s{1,4}(?:user\s{1,4})?(?:request|task|message|conversation|prompt|question|response|tool)s?\b|\binstead of\s{1,4}(?:all|any|every)\s{1,4}other\s{1,4}skills?\b`,
  'i',
);
const SHELL =
  /```[ \t]{0,4}(?:bash|sh|shell|zsh|console|terminal|powershell)?[ \t]{0,4}\r?\n|\b(?:run|execute|command|script|bash|shell|cli|terminal|npm|pnpm|yarn|pip|python3?|node|git|gh|docker|cargo|make|curl)\b|!`/i;

/** What a skill is made of. */
export const SKILL_CHECKS: readonly Check[] = [
  {
    id: 'skill-front-matter',
    title: 'Skill whose front matter breaks the rules',
    severity: 'low',
    meaning:
      'Name and description decide when the agent loads a skill. A name that is not that of its folder, a description that claims every request, or front matter that programs read differently lets a skill come in where it was not meant.',
    fix: 'Follow the specification: `name` in lower case as the folder, `description` of what it does and when, in at most 1024 characters.',
    references: [SKILLS, 'https://code.claude.com/docs/en/skills'],
    taxonomy: ['CWE-20', 'CWE-436'],
    judge: {
      'agent-text': ({ doc }) => {
        if (doc.what !== 'skill') return null;
        if (doc.head === null)
          return { message: doc.headDamaged ? 'The front matter does not end.' : 'The skill has no front matter.' };
        const found: Judgement[] = [];
        const entry = (key: string): (typeof doc.head)[number] | undefined =>
          doc.head!.find(({ name }) => name === key);
        const name = entry('name');
        const description = entry('description');
        if (doc.headDamaged)
          found.push({ message: 'The front matter breaks the rules of YAML: programs read it differently.' });
        if (name === undefined || name.text === '') found.push({ message: 'The skill has no name.' });
        else if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name.text))
          found.push({
            at: name.at,
            message: `The name ${show(name.text)} is not of lower-case letters, digits and hyphens.`,
          });
        else if (
          doc.folder !== null &&
          doc.folder.toLowerCase() !== name.text &&
          !/^(?:\.|skills?)$/.test(doc.folder)
        ) {
          found.push({
            at: name.at,
            message: `The skill calls itself ${show(name.text)} in a folder ${show(doc.folder)}.`,
          });
        }
        if (description === undefined || description.text.trim() === '') {
          if (entry('description.0') === undefined) found.push({ message: 'The skill has no description.' });
        } else {
          if (description.text.length > 1024)
            found.push({
              at: description.at,
              message: `The description has ${description.text.length} characters; programs read 1024.`,
            });
          if (HIJACK.test(description.text))
            found.push({ at: description.at, message: 'The description claims every request for this skill.' });
        }
        return found;
      },
    },
  },
  {
    id: 'skill-broad-tools',
    title: 'Skill that is given more tools than it uses',
    severity: 'medium',
    meaning:
      'Tools in `allowed-tools` run without a question while the skill is in use, for whatever text the agent reads meanwhile.',
    fix: 'Name the commands that the skill needs: `Bash(git status:*)`.',
    references: [SKILLS, 'https://code.claude.com/docs/en/skills'],
    taxonomy: ['CWE-250', 'OWASP-LLM06'],
    judge: {
      'agent-text': ({ doc }) => {
        if (doc.head === null || (doc.what !== 'skill' && doc.what !== 'command')) return null;
        const found: Judgement[] = [];
        const uses = SHELL.test(doc.text.slice(doc.bodyStart));
        for (const { name, text, at } of doc.head) {
          if (!/^allowed-tools(?:\.\d{1,4})?$/.test(name)) continue;
          if (/(?:^|[\s,"'])\*(?:$|[\s,"'])/.test(text))
            found.push({ at, message: 'All tools run without a question while it is in use.' });
          else if (/(?:^|[\s,"'])Bash(?:\(\s{0,4}:?\*{1,2}\s{0,4}\))?(?:$|[\s,"'])/.test(text)) {
            found.push({
              at,
              severity: uses ? 'low' : 'medium',
              message: uses
                ? 'Any command runs without a question while it is in use.'
                : 'Any command runs without a question while it is in use, though its text runs none.',
            });
          }
        }
        return found;
      },
    },
  },
  {
    id: 'skill-opaque-file',
    title: 'File in a skill that nobody can read',
    severity: 'medium',
    meaning:
      'Byte code runs in place of the source that was reviewed; programs inside documents and data that are as even as chance hide what they hold.',
    fix: 'Ask for the source, and build it yourself; remove `__pycache__`.',
    references: ['https://peps.python.org/pep-0552/', 'https://blog.trailofbits.com/', 'arXiv:2607.02357'],
    taxonomy: ['CWE-506', 'CWE-912', 'AML.T0010'],
    judge: {
      'agent-opaque': ({ what, detail }) => {
        switch (what) {
          case 'unchecked-bytecode':
            return {
              severity: 'high',
              message: `Byte code for ${detail} that runs whatever its source says: it is marked as never to be compared.`,
            };
          case 'bytecode':
            return { message: `Byte code for ${detail}, which runs in place of its source.` };
          case 'hidden-member':
            return { severity: 'high', message: `A document holds the program ${show(detail)}.` };
          default:
            return {
              severity: 'low',
              message: `The bytes of a file${detail === '' ? '' : ` (${show(detail)})`} are as even as chance: encrypted, or packed in an unknown way.`,
            };
        }
      },
    },
  },
  {
    id: 'skill-link',
    title: 'Link that leads out of a skill',
    severity: 'high',
    meaning:
      'A symbolic link in a skill leads to a file elsewhere: the agent reads or writes that file when it means to use the skill.',
    fix: 'Remove the link.',
    references: [SKILLS, 'CVE-2025-53109'],
    taxonomy: ['CWE-59', 'CWE-61'],
    judge: { 'agent-link': ({ target }) => ({ message: `The link leads to ${show(target)}, outside the skill.` }) },
  },
];
