import type { AgentNamed, AgentServer, AgentValue } from '../../agents/agent-fact.ts';
import { launchOf } from '../../agents/launch.ts';
import { isLocalAddress, isPrivateAddress } from '../../agents/local-address.ts';
import { show } from '../../agents/show.ts';
import { toxicFlow } from '../../agents/toxic-flow.ts';
import type { Check } from '../../rule-family.ts';

const SPECIFICATION = 'https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices';
const TRANSPORTS = 'https://modelcontextprotocol.io/specification/2025-11-25/basic/transports';
const AUTHORIZATION = 'https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization';

/** Addresses: of the server, and those that a bridge among the arguments connects to. */
function addressesOf(server: AgentServer): readonly AgentValue[] {
  return [
    ...(server.url === null ? [] : [server.url]),
    ...server.args.filter(({ text }) => /^(?:http|ws)s?:\/\//i.test(text)),
  ];
}

/** Pairs of a flag and its value, `--flag value` and `--flag=value`, and variables. */
function settingsOf(server: AgentServer): readonly AgentNamed[] {
  const flags = server.args.flatMap((one, at): AgentNamed[] => {
    const joined = /^(-{1,2}[\w.-]{1,60})=(.{0,500})$/s.exec(one.text);
    if (joined !== null) return [{ name: joined[1]!, text: joined[2]!, at: one.at }];
    if (!/^-{1,2}[\w.-]{1,60}$/.test(one.text)) return [];
    const next = server.args[at + 1];
    return [{ name: one.text, text: next === undefined || /^-{1,2}\w/.test(next.text) ? '' : next.text, at: one.at }];
  });
  return [...flags, ...server.env];
}

const HOUR = 3600;
/** Hosts, or options, that count in seconds; others count in milliseconds. */
const IN_SECONDS = /sec(?:ond)?s?$/i;

/** Seconds of a setting that ends a call; 0 or less for none; null for what is no such setting. */
function timeoutOf(name: string, text: string, host: AgentServer['host']): number | null {
  if (
    !/(?:^|[._-])(?:timeout|(?:request|tool|call|read|startup|response|mcp|mcp_tool|sse_read)[_-]?timeout)(?:[_-]?(?:ms|millis|sec|secs|seconds))?$/i.test(
      name,
    )
  )
    return null;
  if (/^(?:none|null|never|infinity|inf|false|off)$/i.test(text)) return Infinity;
  if (!/^-?\d{1,15}(?:\.\d{1,6})?$/.test(text)) return null;
  const value = Number(text);
  const seconds = IN_SECONDS.test(name) || host === 'cline' || host === 'roo' || host === 'goose';
  return seconds ? value : value / 1000;
}

/** Addresses that lead to a machine of whoever set them up, for as long as it lasts. */
const TUNNEL =
  /^\w{2,5}:\/\/(?:[\w-]{1,100}\.){0,6}(?:ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|loca\.lt|serveo\.net|localhost\.run|lhr\.life|devtunnels\.ms|tunnelmole\.net|bore\.pub|pinggy\.link)(?:[:/]|$)|^\w{2,5}:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:]{2,40}\])(?:[:/]|$)/i;

/** Whether a configuration says who calls: a header, a key in the address or among the arguments, a login. */
function identifies(server: AgentServer, url: string): boolean {
  const names = /authorization|api[-_]?key|token|secret|cookie|bearer|password|credential|^x-[\w-]{0,40}key|auth\b/i;
  if (server.headers.some(({ name, text }) => names.test(name) && text !== '')) return true;
  if (server.options.some(({ name }) => /^(?:oauth|auth|authorization|bearer|authProvider|auth_provider|env_http_headers)/i.test(name))) return true;
  if (server.args.some(({ text }) => /^(?:-H|--header)$/i.test(text) || /^(?:-H=?|--header=?)?authorization\s{0,4}:/i.test(text) || (/^-{1,2}[\w-]{1,40}/.test(text) && names.test(text)))) return true;
  if (server.env.some(({ name }) => names.test(name))) return true;
  // Many hosted servers have a key of their own in the path or the query.
  return /:\/\/[^/\s]{1,200}@/.test(url) || /[?&](?:\w{0,20}(?:key|token|secret|auth|sig|code|profile)\w{0,10})=[^&]{4}/i.test(url) || /\/(?=[\w-]{0,80}\d)(?=[\w-]{0,80}[a-z])[\w-]{24,200}(?:[/?]|$)/i.test(url);
} // prettier-ignore

const EVERYWHERE = /^(?:\[?::\]?|0\.0\.0\.0|\*)(?::\d{1,5})?$/;
const ROOT =
  /^(?:\/|~\/?|\$\{?HOME\}?\/?|%USERPROFILE%\\?|\$\{userHome\}\/?|\$\{env:HOME\}\/?|[A-Za-z]:[\\/]?|\/(?:home|Users)(?:\/[\w.-]{1,60})?\/?|\/root\/?|\/etc\/?|[A-Za-z]:\\Users\\[\w.-]{1,60}\\?)$/;

/** What it can be reached by, and what it can reach. */
export const REACH_CHECKS: readonly Check[] = [
  {
    id: 'mcp-plain-http',
    title: 'MCP server that is reached without encryption',
    severity: 'high',
    meaning:
      'Whoever is on the way reads the calls and their credentials, and writes the answers, which the model obeys.',
    fix: 'Use HTTPS.',
    references: [TRANSPORTS],
    taxonomy: ['CWE-319'],
    judge: {
      'agent-server': ({ server }) =>
        addressesOf(server)
          .filter(({ text }) => /^(?:http|ws):\/\//i.test(text) && !isLocalAddress(text) && !/\$\{|\{\{|<\w/.test(text))
          .map((one) => ({
            at: one.at,
            ...(isPrivateAddress(one.text) ? { severity: 'low' as const } : {}),
            message: `The server ${show(server.name)} is called without encryption${server.headers.length > 0 ? ', with its headers' : ''}.`,
          })),
    },
  },
  {
    id: 'mcp-no-authentication',
    title: 'MCP server in the network that asks nobody who they are',
    severity: 'medium',
    meaning:
      'The server is reached over the network, and nothing in the configuration says who calls: no header, no key, no login. Behind a tunnel, at a bare address or without encryption nobody asks for a login either, so that whoever finds the address uses the tools, and whoever takes the address over answers. With HTTPS and a name it may ask for a login (OAuth) at its first use, which a file does not show: `low`.',
    fix: 'Send a token of its own in a header, or use a server that asks for a login (OAuth 2.1, as the specification says). Keep servers without either on this machine.',
    references: [AUTHORIZATION, TRANSPORTS],
    taxonomy: ['CWE-306', 'OWASP-LLM06'],
    judge: {
      'agent-server': ({ server }) =>
        addressesOf(server)
          .filter(({ text }) => !isLocalAddress(text) && !/\$\{|\{\{|<\w/.test(text) && !identifies(server, text))
          .map(({ text, at }) => {
            const open = isPrivateAddress(text) || TUNNEL.test(text) || /^(?:http|ws):/i.test(text);
            return {
              at,
              severity: open ? ('medium' as const) : ('low' as const),
              message: open
                ? `The server ${show(server.name)} is reached over the network, and nothing says who calls.`
                : `The server ${show(server.name)} is remote, and nothing here says who calls; whether it asks for a login shows only at its first use.`,
            };
          }),
    },
  },
  {
    id: 'mcp-timeout',
    title: 'MCP server that may keep the agent waiting for hours',
    severity: 'low',
    meaning:
      'The time after which a call is given up is switched off or longer than an hour: one answer that never comes, or comes drop by drop, holds the agent and what it has open.',
    fix: 'Leave the default of the program, or name seconds or minutes. A call that takes longer belongs into a task that is asked for its state.',
    references: ['https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#timeouts'],
    taxonomy: ['CWE-400', 'CWE-1088', 'OWASP-LLM10'],
    judge: {
      'agent-server': ({ server }) =>
        [...server.options, ...settingsOf(server)].flatMap(({ name, text, at }) => {
          const seconds = timeoutOf(name, text, server.host);
          if (seconds === null || (seconds > 0 && seconds <= HOUR)) return [];
          const says =
            seconds <= 0 || seconds === Infinity
              ? 'never gives up'
              : `gives up after ${Math.round(seconds / HOUR)} hours`;
          return [{ at, message: `A call of the server ${show(server.name)} ${says} (${show(name, 60)}).` }];
        }),
    },
  },
  {
    id: 'mcp-listens-everywhere',
    title: 'Local MCP server that others can reach',
    severity: 'high',
    meaning:
      'A server that is meant for this machine answers the whole network, or answers without asking for its token.',
    fix: 'Bind it to 127.0.0.1; publish ports of containers as `127.0.0.1:3000:3000`.',
    references: ['CVE-2025-49596', TRANSPORTS],
    taxonomy: ['CWE-1327', 'CWE-306'],
    judge: {
      'agent-server': ({ server }) => {
        const found = settingsOf(server)
          .filter(
            ({ name, text }) =>
              (/^(?:-{1,2}(?:h|host|hostname|bind|bind-address|listen|address|ip|addr|http-host)|(?:[A-Z_]{0,40}_)?(?:HOST|BIND|LISTEN|BIND_ADDRESS|LISTEN_ADDR))$/i.test(
                name,
              ) &&
                EVERYWHERE.test(text)) ||
              (/^-{0,2}(?:DANGEROUSLY_OMIT_AUTH|dangerously-omit-auth)$/i.test(name) && text !== 'false'),
          )
          .map(({ name, at }) => ({
            at,
            message: /omit/i.test(name)
              ? `The server ${show(server.name)} answers without a token.`
              : `The server ${show(server.name)} listens on all addresses.`,
          }));
        if (launchOf(server).image === null) return found;
        for (const { name, text, at } of settingsOf(server)) {
          if ((name === '-p' || name === '--publish') && /^\d{1,5}:\d{1,5}$|^0\.0\.0\.0:/.test(text))
            found.push({
              at,
              severity: 'medium',
              message: `The server ${show(server.name)} publishes a port on all addresses.`,
            } as never);
        }
        return found;
      },
    },
  },
  {
    id: 'mcp-broad-filesystem',
    title: 'MCP server with more of the machine than it needs',
    severity: 'high',
    meaning:
      'The server is given the whole disk, a home folder or the container engine: it can read keys and write files that start programs.',
    fix: 'Name the one folder that it is for, read-only where that is enough.',
    references: [SPECIFICATION, 'CVE-2025-53109'],
    taxonomy: ['CWE-732', 'CWE-250'],
    judge: {
      'agent-server': ({ server }) => {
        const { image, packages, program, args } = launchOf(server);
        const files = /filesystem|file-?system|desktop-commander|(?:^|[-_/])files?(?:$|[-_])/i.test(
          [program, server.name, ...packages.map(({ name }) => name)].join(' '),
        );
        const found: { at: AgentValue['at']; message: string }[] = [];
        if (files) {
          for (const one of args)
            if (ROOT.test(one.text))
              found.push({
                at: one.at,
                message: `The server ${show(server.name)} may read and write everything below ${show(one.text)}.`,
              });
        }
        for (const { text, at } of server.args) {
          if (/docker\.sock|containerd\.sock|podman\.sock/.test(text))
            found.push({ at, message: `The server ${show(server.name)} is given the container engine.` });
          else if (image !== null && text === '--privileged')
            found.push({ at, message: `The server ${show(server.name)} runs in a container without walls.` });
          else if (image !== null) {
            const source =
              /(?:^|,|=)(?:src|source)=([^,]{1,200})/.exec(text)?.[1] ??
              /^(?:-v=?|--volume=)?([^:]{1,200}):\//.exec(text)?.[1];
            if (source !== undefined && ROOT.test(source))
              found.push({ at, message: `The server ${show(server.name)} is given ${show(source)} of this machine.` });
          }
        }
        return found;
      },
    },
  },
  {
    id: 'mcp-open-origin',
    title: 'MCP server that every web page may call',
    severity: 'medium',
    meaning:
      'Without a check of Origin and Host a web page reaches a server on this machine, by CORS or by DNS rebinding.',
    fix: 'Allow the origins that are used, by name.',
    references: [TRANSPORTS, 'CVE-2025-49596'],
    taxonomy: ['CWE-942', 'CWE-346'],
    judge: {
      'agent-server': ({ server }) =>
        settingsOf(server)
          .filter(
            ({ name, text }) =>
              (/^(?:-{1,2}(?:cors(?:-origins?)?|allow(?:ed)?-origins?|allow(?:ed)?-hosts?|cors-allow-origins?)|(?:[A-Z_]{0,40}_)?(?:CORS_ORIGINS?|ALLOWED_ORIGINS?|CORS_ALLOW_ORIGINS?|ALLOWED_HOSTS))$/i.test(
                name,
              ) &&
                /^(?:\*|\["?\*"?\]|\.\*)$/.test(text)) ||
              (/^-{1,2}disable-(?:dns-rebinding-protection|host-check|origin-check)$/i.test(name) && text !== 'false'),
          )
          .map(({ name, at }) => ({
            at,
            message: `The server ${show(server.name)} answers pages of any origin (${show(name)}).`,
          })),
    },
  },
  {
    id: 'mcp-oauth',
    title: 'MCP server whose OAuth lets tokens go astray',
    severity: 'high',
    meaning:
      'A redirect address with a wildcard hands codes to whoever answers there; a token that is passed on, or taken whoever it is for, works in the wrong place.',
    fix: 'List exact redirect addresses; let the server ask for a token of its own, bound to its address (`resource`).',
    references: [AUTHORIZATION, 'https://www.rfc-editor.org/rfc/rfc9700', 'https://www.rfc-editor.org/rfc/rfc8707'],
    taxonomy: ['CWE-601', 'CWE-441', 'CWE-863'],
    judge: {
      'agent-server': ({ server }) =>
        [...server.options, ...settingsOf(server)].flatMap(({ name, text, at }) => {
          const say = (what: string): { at: typeof at; message: string }[] => [
            { at, message: `The server ${show(server.name)} ${what} (${show(name)}).` },
          ];
          if (/redirect[_-]?ur[il]s?(?:\.\d{1,4})?$/i.test(name) && text.includes('*'))
            return say('takes codes at any address');
          if (
            /(?:token[_-]?pass[_-]?through|forward[_-]?(?:authorization|token|auth)|pass[_-]?(?:through[_-]?)?token)$/i.test(
              name,
            ) &&
            /^(?:true|1|yes)$/i.test(text)
          )
            return say("passes the caller's token on");
          if (
            /(?:validate|verify|check)[_-]?(?:audience|aud|issuer|token)$/i.test(name) &&
            /^(?:false|0|no)$/i.test(text)
          )
            return say('takes tokens that are not for it');
          if (/(?:^|[._-])(?:audience|aud)(?:\.\d{1,4})?$/i.test(name) && text === '*')
            return say('takes tokens for anybody');
          return [];
        }),
    },
  },
  {
    id: 'agent-toxic-flow',
    title: 'Agent that reads strangers, holds private data and can send',
    severity: 'low',
    meaning:
      'Together the servers let a text of a stranger reach the model, private data too, and something leave. An instruction in the text can then carry the data out, with every single server behaving as it should. Judged by what the servers are known for: heuristic.',
    fix: 'Take one of the three away: separate agents, read-only credentials, or a gateway with flow rules (`docs/flow.md`).',
    references: [
      'https://simonwillison.net/2025/Jun/16/the-lethal-trifecta/',
      'https://invariantlabs.ai/blog/mcp-github-vulnerability',
    ],
    taxonomy: ['AML.T0051', 'OWASP-LLM01', 'OWASP-LLM06'],
    judge: {
      'agent-servers': ({ servers }) => {
        const flow = toxicFlow(
          servers.map((server) => [
            server.name,
            ...launchOf(server).packages.map(({ name }) => name),
            server.url?.text ?? '',
          ]),
        );
        if (flow === null) return null;
        const named = (index: number): string => show(servers[index]!.name, 40);
        return {
          message: `A stranger's text (${named(flow.untrusted)}), private data (${named(flow.private)}) and a way out (${named(flow.sink)}) meet in one agent.`,
        };
      },
    },
  },
];
