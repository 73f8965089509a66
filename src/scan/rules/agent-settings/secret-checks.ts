import type { AgentNamed, AgentValue } from '../../agents/agent-fact.ts';
import { secretsIn } from '../../agents/secret-in.ts';
import { isLocalAddress } from '../../agents/local-address.ts';
import { show } from '../../agents/show.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

/** Names whose value is a credential if it looks like chance. */
const SECRET_NAME =
  /(?:^|[_.-])(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PWD|PAT|CREDENTIALS?|AUTH|AUTHORIZATION|ACCESS_KEY|PRIVATE_KEY)$/i;

/** The credential in a value of that name, or null: its kind and a mask. */
function secretOf(name: string, value: string): string | null {
  if (value.length < 6) return null;
  const direct = secretsIn(`${name}=${value}`)[0] ?? secretsIn(value)[0];
  const found =
    direct ??
    (SECRET_NAME.test(name) && !/[\s/\\]|^\$|\{/.test(value) ? secretsIn(`api_token=${value}`)[0] : undefined);
  return found?.shown ?? null;
}

function judgement(where: string, found: string, value: string, at: AgentValue['at']): Judgement {
  // The password of a database on this machine opens nothing from elsewhere.
  const mild = found.startsWith('database-password') && isLocalAddress(value);
  return { at, ...(mild ? { severity: 'low' as const } : {}), message: `${where} holds a credential: ${found}.` };
}

export const SECRET_CHECKS: readonly Check[] = [
  {
    id: 'agent-secret',
    title: 'Credential in an agent configuration',
    severity: 'high',
    meaning:
      'The file is read by every program of the user and often committed; arguments are shown to everybody on the machine; an address ends in logs.',
    fix: 'Refer to a variable or an input (`${GITHUB_TOKEN}`, `${input:token}`), and revoke the credential.',
    references: [
      'https://owasp.org/www-project-mcp-top-10/',
      'https://code.visualstudio.com/docs/copilot/chat/mcp-servers',
    ],
    taxonomy: ['CWE-798', 'CWE-312', 'AML.T0055', 'OWASP-LLM02'],
    judge: {
      'agent-server': ({ server }) => {
        const found: Judgement[] = [];
        const own = `the server ${show(server.name)}`;
        for (const [what, list] of [
          ['variable', server.env],
          ['header', server.headers],
        ] as const) {
          for (const { name, text, at } of list) {
            const secret = secretOf(what === 'header' && /^authorization$/i.test(name) ? 'Authorization' : name, text);
            if (secret !== null) found.push(judgement(`The ${what} ${show(name, 40)} of ${own}`, secret, text, at));
          }
        }
        for (const [at, one] of server.args.entries()) {
          const flag = at > 0 && /^--?[\w-]{1,60}$/.test(server.args[at - 1]!.text) ? server.args[at - 1]!.text : '';
          const joined = /^(?:--?)?([\w-]{1,60})[=:]\s{0,2}(.{1,10000})$/s.exec(one.text);
          const secret =
            joined === null
              ? secretOf(flag.replace(/^-+/, '').replaceAll('-', '_'), one.text)
              : secretOf(joined[1]!.replaceAll('-', '_'), joined[2]!);
          if (secret !== null) found.push(judgement(`Argument ${at + 1} of ${own}`, secret, one.text, one.at));
        }
        if (server.url !== null) {
          const secret = secretOf('url', server.url.text);
          if (secret !== null) found.push(judgement(`The address of ${own}`, secret, server.url.text, server.url.at));
        }
        return found;
      },
      'agent-setting': (fact) => settingSecret({ name: fact.path, text: fact.text, at: fact }),
      'agent-hook': (fact) => {
        const secret = secretsIn(fact.command)[0];
        return secret === undefined ? null : judgement(show(fact.event), secret.shown, fact.command, fact);
      },
    },
  },
];

function settingSecret({ name, text, at }: AgentNamed): Judgement | null {
  // Hooks have a fact of their own; digests, ids and versions look like chance and are none.
  if (
    /(?:^|\.)(?:command|bash|powershell|apiKeyHelper)$|hash|digest|checksum|sha\d|(?:^|[._])(?:id|uuid|guid|version|\$schema)$/i.test(
      name,
    )
  )
    return null;
  const last = name.split('.').at(-1)!;
  const secret = secretOf(last, text);
  return secret === null ? null : judgement(`The setting ${show(name)}`, secret, text, at);
}
