import { dangersIn } from '../../agents/command-danger.ts';
import { judgePackage } from '../../advisories/judge-package.ts';
import { imitatedPackage } from '../../agents/imitated-package.ts';
import { baseName, launchOf } from '../../agents/launch.ts';
import { show } from '../../agents/show.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

const SPECIFICATION = 'https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices';

/** What is started. */
export const LAUNCH_CHECKS: readonly Check[] = [
  {
    id: 'mcp-unpinned-package',
    title: 'MCP server that is fetched without a version',
    severity: 'medium',
    meaning:
      'A package runner takes the newest version at every start: whoever publishes it, or takes over the name, decides what runs here with your rights.',
    fix: 'Name an exact version (`name@1.2.3`, `name==1.2.3`), a commit for a Git address, a digest for an image. Update on purpose, with `parapet scan --agents --lock` to see what changed.',
    references: [SPECIFICATION, 'https://slsa.dev/spec/v1.1/threats', 'CVE-2025-54136'],
    taxonomy: ['CWE-494', 'CWE-1357', 'AML.T0010'],
    judge: {
      'agent-server': ({ server }) => {
        const { packages, image } = launchOf(server);
        const found: Judgement[] = packages
          .filter(({ pinned }) => !pinned)
          .map((one) => ({
            at: one.at.at,
            ...(one.from === 'archive' ? { severity: 'high' as const } : {}),
            message:
              one.from === 'registry'
                ? `The server ${show(server.name)} runs whatever version of ${show(one.name)} ${one.version === null ? 'is newest' : `${show(one.version)} stands for`} that day.`
                : `The server ${show(server.name)} runs whatever ${show(one.name)} holds that day.`,
          }));
        if (image !== null && image.digest === null) {
          const moving = image.tag === null || /^(?:latest|main|master|edge|nightly|dev|stable)$/i.test(image.tag);
          found.push({
            at: image.at.at,
            severity: moving ? 'medium' : 'low',
            message: `The server ${show(server.name)} runs the image ${show(image.at.text)} without a digest: what its tag stands for can change.`,
          });
        }
        return found;
      },
    },
  },
  {
    id: 'mcp-inline-program',
    title: 'MCP server that is a program text for an interpreter',
    severity: 'medium',
    meaning:
      'The configuration holds a command line or program text instead of naming a program. Whoever may edit it runs anything, and a person who reads it sees less of it than of a program name.',
    fix: 'Put the program into a file that is reviewed, and name that file.',
    references: ['CVE-2026-40933', 'CVE-2026-30625', SPECIFICATION],
    taxonomy: ['CWE-78', 'AML.T0011'],
    judge: {
      'agent-server': ({ server }) => {
        const { inline, program, args } = launchOf(server);
        const call = /^(?:npx|bunx|pnpx)$/.test(program)
          ? args.findIndex(({ text }) => text === '-c' || text === '--call')
          : -1;
        const at = inline?.at.at ?? (call === -1 ? undefined : args[call + 1]?.at);
        if (at === undefined) return null;
        const text = inline?.text ?? args[call + 1]!.text;
        // One plain command, as shells that load a person's paths are given.
        const plain = inline?.shell === true && text.length < 300 && !/[|<>`]|\$\(|\b(?:eval|base64)\b/.test(text);
        return {
          at,
          severity: plain ? 'low' : inline?.shell === false ? 'high' : 'medium',
          message: `The server ${show(server.name)} is a program text for ${show(inline?.interpreter ?? program)}.`,
        };
      },
    },
  },
  {
    id: 'mcp-download-and-run',
    title: 'MCP server that downloads and runs',
    severity: 'critical',
    meaning: 'What is downloaded when the server starts is run unseen, decoded text likewise.',
    fix: 'Install a pinned version beforehand, and start that.',
    references: [SPECIFICATION, 'https://attack.mitre.org/techniques/T1105/'],
    taxonomy: ['CWE-494', 'AML.T0011'],
    judge: {
      'agent-server': ({ server }) => {
        const { inline } = launchOf(server);
        const line = [server.command?.text ?? '', ...server.args.map(({ text }) => text), inline?.text ?? ''].join(' ');
        const found = dangersIn(line, ['download-and-run', 'reverse-shell', 'decode-and-run', 'send-out'], 1)[0];
        if (found === undefined) return null;
        return {
          ...(server.command === null ? {} : { at: server.command.at }),
          message: `The server ${show(server.name)} ${found.danger.says}.`,
        };
      },
    },
  },
  {
    id: 'mcp-vulnerable-version',
    title: 'MCP package with a published vulnerability',
    severity: 'high',
    meaning: 'The version that is named has a published vulnerability, or the package was published to do harm.',
    fix: 'Use a version from which it is gone; remove a malicious package and revoke what it could read.',
    references: [
      'CVE-2025-6514',
      'CVE-2025-49596',
      'CVE-2025-53109',
      'CVE-2025-53967',
      'CVE-2025-53355',
      'CVE-2026-27735',
    ],
    taxonomy: ['CWE-1395', 'CWE-78'],
    judge: { package: (use) => (use.by === 'server' ? judgePackage(use) : null) },
  },
  {
    id: 'mcp-typosquat',
    title: 'MCP package whose name imitates another',
    severity: 'high',
    meaning:
      'The name is one slip away from that of a package that many configurations use, or has letters that look like others.',
    fix: 'Compare the name with the documentation of the server that is meant.',
    references: ['https://attack.mitre.org/techniques/T1195/001/'],
    taxonomy: ['CWE-1357', 'AML.T0010'],
    judge: {
      'agent-server': ({ server }) =>
        launchOf(server).packages.flatMap((one) => {
          if (one.from !== 'registry') return [];
          const strange = /[^\x21-\x7e]/.test(one.name);
          const meant = imitatedPackage(one.ecosystem, one.name);
          if (meant === null && !strange) return [];
          const why = meant === null ? 'has letters that look like others' : `is one slip away from ${show(meant)}`;
          return [
            { at: one.at.at, message: `The package ${show(one.name)} of the server ${show(server.name)} ${why}.` },
          ];
        }),
    },
  },
  {
    id: 'mcp-project-command',
    title: 'Project that brings programs for the agent of whoever opens it',
    severity: 'low',
    meaning:
      'A clone of the project brings commands along that an agent starts once somebody agrees, and that some versions started without asking or after a later change.',
    fix: 'Review changes of this file like program text, and pin it with `parapet scan --agents --lock`.',
    references: ['CVE-2025-54135', 'CVE-2025-54136', 'CVE-2025-59536', 'CVE-2026-21852', 'CVE-2026-30615'],
    taxonomy: ['CWE-829', 'AML.T0011'],
    judge: {
      'agent-server': ({ server }) =>
        server.scope === 'project' && server.command !== null
          ? {
              at: server.command.at,
              message: `The project brings the server ${show(server.name)} along, which starts ${show(baseName(server.command.text))}.`,
            }
          : null,
    },
  },
];
