import type { AgentScript, AgentText } from '../../agents/agent-fact.ts';
import { carriedRuns } from '../../agents/carried-run.ts';
import {
  type CommandDanger,
  dangersIn,
  isFromAnybody,
  isFromMaker,
  persistsAndReaches,
  sendsSecrets,
} from '../../agents/command-danger.ts';
import { encodedBlobs, obfuscationsIn, paddingIn, selfExtracting } from '../../agents/concealment.ts';
import { collectingAddresses } from '../../agents/collecting-address.ts';
import { credentialReading, credentialTheft } from '../../agents/credential-theft.ts';
import { decodedCommands, decodedLiteral } from '../../agents/decoded-command.ts';
import { fencedPrograms } from '../../agents/fenced-programs.ts';
import { firstOfEach } from '../../agents/first-of-each.ts';
import { lockedArchives } from '../../agents/locked-archive.ts';
import { show } from '../../agents/show.ts';
import { unpinnedInstalls } from '../../agents/unpinned-installs.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

type Readable = Pick<AgentText | AgentScript, 'text' | 'lines'>;

/** Dangers of a text or a script; in a text for people they are a step milder. */
function dangers(
  what: string,
  { text, lines }: Readable,
  ids: readonly CommandDanger['id'][],
  severity: (id: CommandDanger['id'], text: string, at: number) => Judgement['severity'],
): readonly Judgement[] {
  return ids.flatMap((id) => {
    const found = dangersIn(text, [id]).map(({ danger, at, text: part }): Judgement => {
      const judged = severity(danger.id, part, at);
      return {
        at: lines.place(at),
        ...(judged === undefined ? {} : { severity: judged }),
        message: `The ${what} ${danger.says}.`,
      };
    });
    return firstOfEach(found, 3);
  });
}

/** Variables or outputs of commands; a file that a script uploads may be what it is for. */
const CARRIES_SECRETS = /\$\(|\x60|\benv\b|\bprintenv\b|\.env\b|\.ssh|\.aws|credential|secret|token|passwd/i;

function hiddenLiteral({ text, lines }: Readable): readonly Judgement[] {
  const at = decodedLiteral(text);
  return at === null
    ? []
    : [
        {
          at: lines.place(at),
          severity: 'medium',
          message: 'The text has the agent decode a part of it that nobody can read.',
        },
      ];
}

/** Programs of a script, or those that stand between fences of a text. */
function programsOf(what: 'text' | 'script', text: string): readonly { readonly text: string; readonly at: number }[] {
  return what === 'script' ? [{ text, at: 0 }] : fencedPrograms(text);
}

/** What a program fetches or decodes, carries on, and runs later. */
function carried(
  what: 'text' | 'script',
  { text, lines }: Readable,
  from: 'network' | 'decoded',
): readonly Judgement[] {
  const found = programsOf(what, text).flatMap((program) =>
    carriedRuns(program.text)
      .filter((run) => run.from === from)
      .map((run): Judgement => {
        const anybody = isFromAnybody(program.text);
        const mild = from === 'network' && isFromMaker(program.text);
        const severity =
          what === 'script' ? (from === 'decoded' || anybody ? 'high' : 'medium') : mild ? 'low' : 'medium';
        return {
          at: lines.place(program.at + run.at),
          severity,
          message: what === 'script' ? `The script ${run.says}.` : `The text has a program that ${run.says}.`,
        };
      }),
  );
  return firstOfEach(found, 3);
}

const both = (judge: (what: 'text' | 'script', readable: Readable) => readonly Judgement[]): Check['judge'] => ({
  'agent-text': ({ doc }) => judge('text', doc),
  'agent-script': ({ script }) => judge('script', script),
});

/** What commands in texts and scripts do. */
export const COMMAND_TEXT_CHECKS: readonly Check[] = [
  {
    id: 'skill-download-and-run',
    title: 'Download that is run, or opened with a password',
    severity: 'high',
    meaning:
      'What is downloaded is run unseen and can be another tomorrow. An archive with a password keeps scanners out.',
    fix: 'Bring the program along or install a pinned version; never run what a password hid.',
    references: [
      'https://github.com/snyk/agent-scan',
      'https://attack.mitre.org/techniques/T1105/',
      'https://attack.mitre.org/techniques/T1027/013/',
    ],
    taxonomy: ['CWE-494', 'AML.T0011'],
    judge: both((what, readable) => {
      const found = [
        ...dangers(what, readable, ['download-and-run', 'reverse-shell'], (id, text) =>
          id === 'reverse-shell'
            ? what === 'script'
              ? 'critical'
              : 'medium'
            : what === 'script'
              ? isFromAnybody(text)
                ? 'high'
                : 'medium'
              : isFromAnybody(text) || !isFromMaker(text)
                ? 'medium'
                : 'low',
        ),
      ];
      const archives = lockedArchives(readable.text).map(({ at, downloaded }): Judgement => {
        return {
          at: readable.lines.place(at),
          severity: downloaded ? 'high' : 'medium',
          message: downloaded
            ? `The ${what} has an archive downloaded that it opens with a password of its own.`
            : `The ${what} opens an archive with a password.`,
        };
      });
      return [...found, ...carried(what, readable, 'network'), ...firstOfEach(archives, 3)];
    }),
  },
  {
    id: 'skill-obfuscation',
    title: 'Code that is hidden in another form',
    severity: 'high',
    meaning: 'Code that is decoded and then run, or spelt out in numbers, is meant not to be read.',
    fix: 'Do not run it; ask for the plain source.',
    references: ['https://attack.mitre.org/techniques/T1027/', 'arXiv:2607.02357'],
    taxonomy: ['CWE-506', 'AML.T0068'],
    judge: both((what, readable) => [
      ...dangers(what, readable, ['decode-and-run'], () => (what === 'script' ? 'high' : 'medium')),
      ...decodedCommands(readable.text).map(({ at, says }) => ({
        at: readable.lines.place(at),
        severity: what === 'script' ? ('critical' as const) : ('high' as const),
        message: `The ${what} ${says}.`,
      })),
      ...carried(what, readable, 'decoded'),
      ...(what === 'text' ? hiddenLiteral(readable) : []),
      ...obfuscationsIn(readable.text).map(({ at, says }) => ({
        at: readable.lines.place(at),
        severity: 'medium' as const,
        message: `The ${what} ${says}.`,
      })),
    ]),
  },
  {
    id: 'skill-padding',
    title: 'Text that is pushed out of sight',
    severity: 'high',
    meaning:
      'A long stretch of blank lines or spaces stands before more text: people stop reading there, and so do tools that look at the beginning only. The whole file is looked at here.',
    fix: 'Read what stands after it.',
    references: ['https://blog.trailofbits.com/'],
    taxonomy: ['CWE-451', 'AML.T0068'],
    judge: both((what, { text, lines }) =>
      paddingIn(text).map(({ at, severity, says }) => ({
        at: lines.place(at),
        severity,
        message: `The ${what} goes on after ${says}.`,
      })),
    ),
  },
  {
    id: 'skill-packed-content',
    title: 'Content that unpacks itself',
    severity: 'medium',
    meaning:
      'A long encoded block or a script that unpacks its own end carries something that a review of the text does not see.',
    fix: 'Unpack it apart, scan what comes out, and keep it as a file of its own.',
    references: ['https://attack.mitre.org/techniques/T1027/002/', 'arXiv:2607.02357'],
    taxonomy: ['CWE-506', 'AML.T0068'],
    judge: both((what, { text, lines }) => [
      ...selfExtracting(text).map((at) => ({
        at: lines.place(at),
        severity: 'high' as const,
        message: `The ${what} unpacks its own end.`,
      })),
      ...encodedBlobs(text).map(({ at, length }) => ({
        at: lines.place(at),
        severity: what === 'script' ? ('medium' as const) : ('low' as const),
        message: `The ${what} holds an encoded block of ${length} characters.`,
      })),
    ]),
  },
  {
    id: 'skill-credential-theft',
    title: 'Program that reads where credentials lie',
    severity: 'high',
    meaning:
      'A script, or a program that a text holds for the agent, reads files or stores in which credentials are kept or gathers those of unrelated services, and can reach the network.',
    fix: 'Do not run it; if it has run, revoke what lies there.',
    references: ['https://attack.mitre.org/techniques/T1552/001/', 'https://attack.mitre.org/techniques/T1041/'],
    taxonomy: ['CWE-522', 'AML.T0055', 'AML.T0057'],
    judge: {
      'agent-script': ({ script }) => {
        const theft = credentialTheft(script.text).map(({ at, severity, says }) => ({
          at: script.lines.place(at),
          severity,
          message: `The script ${says}.`,
        }));
        return [
          ...theft,
          ...dangers('script', script, ['send-out'], (_, text) => (CARRIES_SECRETS.test(text) ? 'high' : 'low')),
        ];
      },
      'agent-text': ({ doc }) => [
        ...credentialReading(doc.text).map((at) => ({
          at: doc.lines.place(at),
          severity: 'medium' as const,
          message: 'The text has the agent read several files in which credentials lie.',
        })),
        ...fencedPrograms(doc.text).flatMap((program) =>
          credentialTheft(program.text).map(({ at, severity, says }) => ({
            at: doc.lines.place(program.at + at),
            severity: severity === 'high' ? ('medium' as const) : ('low' as const),
            message: `The text has a program that ${says}.`,
          })),
        ),
        ...dangers('text', doc, ['send-out'], (_, text) => (sendsSecrets(text) ? 'medium' : 'low')),
      ],
    },
  },
  {
    id: 'skill-collecting-address',
    title: 'Address where anybody collects what is sent',
    severity: 'medium',
    meaning:
      'Request bins, tunnels to a machine at home, places for nameless files, and bots whose credential stands in the address take whatever is sent to them, and nobody answers for them. Tests use them; what ships does not need them.',
    fix: 'Name the service itself. Where it is only an example, write `example.com`.',
    references: ['https://attack.mitre.org/techniques/T1567/', 'https://attack.mitre.org/techniques/T1572/'],
    taxonomy: ['CWE-506', 'AML.T0057', 'AML.T0025'],
    judge: both((what, { text, lines }) =>
      collectingAddresses(text).map(({ at, host }) => ({
        at: lines.place(at),
        severity: what === 'script' ? ('medium' as const) : ('low' as const),
        message: `The ${what} names ${show(host, 80)}, where anybody collects what is sent.`,
      })),
    ),
  },
  {
    id: 'skill-persistence',
    title: 'Skill that stays after it was used',
    severity: 'high',
    meaning:
      'It writes to a place from which programs or agents start by themselves: shell profiles, timers, launch agents, Git hooks, files that every later session of an agent reads.',
    fix: 'Let a person install what should stay; remove what was written.',
    references: [
      'https://attack.mitre.org/tactics/TA0003/',
      'https://embracethered.com/blog/posts/2025/cross-agent-privilege-escalation-agents-that-free-each-other/',
    ],
    taxonomy: ['CWE-506', 'AML.T0061'],
    judge: both((what, readable) =>
      dangers(what, readable, ['persistence'], (_, text, at) =>
        persistsAndReaches(readable.text, at)
          ? what === 'script'
            ? 'high'
            : 'medium'
          : /authorized_?keys|auth_file/i.test(text) || what === 'script'
            ? 'medium'
            : 'low',
      ),
    ),
  },
  {
    id: 'skill-package-source',
    title: 'Skill that changes where packages come from',
    severity: 'high',
    meaning:
      'After that, packages for everything else on this machine come from there, too; with an extra index a name can be taken from either.',
    fix: 'Name the index for the one installation, over HTTPS, with digests.',
    references: ['CVE-2018-20225', 'https://docs.npmjs.com/cli/v11/using-npm/config'],
    taxonomy: ['CWE-427', 'CWE-829'],
    judge: both((what, readable) =>
      dangers(what, readable, ['package-source'], (_, text) =>
        /http:\/\/(?!localhost|127\.)/i.test(text)
          ? 'high'
          : /download\.pytorch\.org|pypi\.nvidia\.com/.test(text)
            ? 'low'
            : what === 'script'
              ? 'medium'
              : 'low',
      ),
    ),
  },
  {
    id: 'skill-destructive-command',
    title: 'Command that deletes or overwrites everything',
    severity: 'high',
    meaning: 'The command deletes a home folder, a root or a disk, whoever runs it and why.',
    fix: 'Name exactly what is to be deleted, below a folder of its own.',
    references: ['https://genai.owasp.org/llmrisk/llm062025-excessive-agency/'],
    taxonomy: ['CWE-73', 'OWASP-LLM06'],
    judge: both((what, readable) =>
      dangers(what, readable, ['destructive'], () => (what === 'script' ? 'high' : 'low')),
    ),
  },
  {
    id: 'skill-unpinned-dependency',
    title: 'Skill that installs packages without a version',
    severity: 'low',
    meaning: 'What is installed is whatever its publisher offers that day, and runs with the rights of the agent.',
    fix: 'Name exact versions or digests. A known vulnerability of a version that is named is the finding `vulnerable-version`.',
    references: ['https://pip.pypa.io/en/stable/topics/secure-installs/', 'https://slsa.dev/spec/v1.1/threats'],
    taxonomy: ['CWE-1357', 'CWE-494', 'AML.T0010'],
    judge: {
      ...both((what, { text, lines }) => {
        const [first, ...rest] = unpinnedInstalls(text);
        if (first === undefined) return [];
        return [
          {
            at: lines.place(first.at),
            message: `The ${what} installs ${show(first.name, 60)}${rest.length > 0 ? ` and ${rest.length} more` : ''} without a version.`,
          },
        ];
      }),
      'agent-dependencies': ({ dependencies }) => {
        const [first, ...rest] = dependencies.filter(({ version }) => version === null);
        if (first === undefined) return null;
        return {
          at: first.at,
          message: `The list asks for ${show(first.name, 60)}${rest.length > 0 ? ` and ${rest.length} more` : ''} without an exact version.`,
        };
      },
    },
  },
];
