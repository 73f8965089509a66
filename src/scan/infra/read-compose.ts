import type { LineIndex } from '../../formats/located/line-index.ts';
import { itemsOf, type Located, memberAt, membersOf, textOf } from '../../formats/located/located.ts';
import type { Spot } from '../fact.ts';
import {
  assignmentsOf,
  type Placed,
  unwrapShell,
  wordsOf,
  type Workload,
  type WorkloadMount,
  type WorkloadPort,
} from './workload.ts';

/** A compose file: `services` with images or builds (github.com/compose-spec/compose-spec). */
export function isCompose(root: Located): boolean {
  const services = membersOf(memberAt(root, 'services'));
  return services.some(({ value }) =>
    ['image', 'build', 'extends', 'command', 'ports', 'volumes'].some((key) => memberAt(value, key) !== undefined),
  );
}

export function composeWorkloads(root: Located, lines: LineIndex): readonly Workload[] {
  return membersOf(memberAt(root, 'services')).map(({ name, at, value }) => workloadOf(name, at, value, lines));
}

function workloadOf(name: string, start: number, service: Located, lines: LineIndex): Workload {
  const place = (node: Located): Spot => lines.place(node.start);
  const placed = (node: Located | undefined): Placed | null => {
    const text = textOf(node);
    return text === undefined ? null : { text: filled(text), at: place(node!) };
  };
  const image = placed(memberAt(service, 'image'));
  const words = ['entrypoint', 'command'].flatMap((key) => wordsOfNode(memberAt(service, key), lines));
  const options = itemsOf(memberAt(service, 'security_opt')).flatMap((node) => placed(node) ?? []);
  const powers: Placed[] = [];
  const power = (text: string, node: Located): void => void powers.push({ text, at: place(node) });
  const privileged = memberAt(service, 'privileged');
  if (textOf(privileged) === 'true') power('privileged', privileged!);
  for (const [key, text] of [
    ['network_mode', 'hostNetwork'],
    ['pid', 'hostPID'],
    ['ipc', 'hostIPC'],
  ] as const) {
    const node = memberAt(service, key);
    if (textOf(node) === 'host') power(text, node!);
  }
  for (const node of itemsOf(memberAt(service, 'cap_add'))) power(`cap:${textOf(node) ?? ''}`, node);
  for (const { text, at } of options) {
    if (/^seccomp[:=]unconfined$/.test(text)) powers.push({ text: 'unconfined', at });
    if (/^(?:apparmor[:=]unconfined|label[:=]disable)$/.test(text)) powers.push({ text: 'unguarded', at });
    if (/^systempaths[:=]unconfined$/.test(text)) powers.push({ text: 'unmasked', at });
  }
  const limits = memberAt(service, 'deploy', 'resources', 'limits');
  const devices = memberAt(service, 'deploy', 'resources', 'reservations', 'devices');
  const command = unwrapShell(words);
  return {
    from: 'compose',
    name,
    image,
    command,
    env: [
      ...environment(service, lines),
      ...(words.length > 0 ? assignmentsOf(words.map(({ text }) => text).join(' '), words[0]!.at) : []),
    ],
    moreEnv: memberAt(service, 'env_file') !== undefined,
    ports: ports(service, lines),
    mounts: mounts(service, lines),
    powers,
    user: placed(memberAt(service, 'user')),
    runAsNonRoot: null,
    readOnlyRoot: textOf(memberAt(service, 'read_only')) === 'true',
    escalation: options.some(({ text }) => /^no-new-privileges(?::true|=true)?$/.test(text)) ? 'denied' : 'unsaid',
    seccomp: !options.some(({ text }) => /^seccomp[:=]unconfined$/.test(text)),
    limits: {
      memory: memberAt(limits, 'memory') !== undefined || memberAt(service, 'mem_limit') !== undefined,
      gpu: devices !== undefined || memberAt(service, 'gpus') !== undefined,
    },
    at: lines.place(start),
  };
}

/** `${NAME:-default}` as its default: what runs when nobody says otherwise. */
function filled(text: string): string {
  return text.replace(/\$\{\w{1,100}:?-([^{}]{0,300})\}/g, '$1');
}

function wordsOfNode(node: Located | undefined, lines: LineIndex): readonly Placed[] {
  const text = textOf(node);
  if (text !== undefined) return wordsOf(filled(text), lines.place(node!.start));
  return itemsOf(node).flatMap((item) => {
    const word = textOf(item);
    return word === undefined ? [] : [{ text: filled(word), at: lines.place(item.start) }];
  });
}

/** A name without a value is handed on from where compose is started. */
function environment(service: Located, lines: LineIndex): (Placed & { readonly name: string })[] {
  const node = memberAt(service, 'environment');
  const pairs = membersOf(node).map(({ name, value }) => ({
    name,
    text: filled(textOf(value) ?? `\${${name}}`),
    at: lines.place(value.start),
  }));
  const listed = itemsOf(node).flatMap((item) => {
    const [, name, value] = /^([^=]{1,200})(?:=(.*))?$/s.exec(textOf(item) ?? '') ?? [];
    return name === undefined ? [] : [{ name, text: filled(value ?? `\${${name}}`), at: lines.place(item.start) }];
  });
  return [...pairs, ...listed];
}

function ports(service: Located, lines: LineIndex): readonly WorkloadPort[] {
  const found: WorkloadPort[] = [];
  for (const node of itemsOf(memberAt(service, 'ports'))) {
    const at = lines.place(node.start);
    const text = textOf(node);
    if (text === undefined) {
      const container = Number(textOf(memberAt(node, 'target')));
      const host = textOf(memberAt(node, 'host_ip'));
      const published = memberAt(node, 'published') !== undefined;
      if (container > 0)
        found.push({ container, reach: !published ? 'internal' : isLoopback(host) ? 'loopback' : 'published', at });
      continue;
    }
    const spelled = filled(text).replace(/\/(?:tcp|udp)$/i, '');
    const [, host, last] = /^(?:(.{0,100}):)?([\d-]{1,11})$/.exec(spelled) ?? [];
    if (last === undefined) {
      const [, before, port] = /^(?:(.{0,100}):)?\$\{?\w{1,100}\}?$/.exec(spelled) ?? [];
      // Which port it is stands elsewhere; that it is published stands here.
      if (port !== undefined || /\$/.test(spelled))
        found.push({ container: 0, reach: isLoopback(before) ? 'loopback' : 'published', at });
      continue;
    }
    for (const container of rangeOf(last))
      found.push({ container, reach: isLoopback(host) ? 'loopback' : 'published', at });
  }
  for (const node of itemsOf(memberAt(service, 'expose'))) {
    const container = Number.parseInt(textOf(node) ?? '', 10);
    if (container > 0) found.push({ container, reach: 'internal', at: lines.place(node.start) });
  }
  return found;
}

/** The address in front of a port: `127.0.0.1:8000`, `[::1]:8000`, `localhost`. */
function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.|\[?::1\]?|localhost)/i.test(host);
}

function rangeOf(text: string): readonly number[] {
  const [from = 0, to = from] = text.split('-').map(Number);
  return Array.from({ length: Math.min(Math.max(to - from + 1, 1), 100) }, (_, i) => from + i);
}

function mounts(service: Located, lines: LineIndex): readonly WorkloadMount[] {
  return itemsOf(memberAt(service, 'volumes')).flatMap((node): WorkloadMount[] => {
    const at = lines.place(node.start);
    const text = textOf(node);
    if (text === undefined) {
      const source = textOf(memberAt(node, 'source')) ?? '';
      return [
        {
          source,
          target: textOf(memberAt(node, 'target')) ?? '',
          readOnly: textOf(memberAt(node, 'read_only')) === 'true',
          host: textOf(memberAt(node, 'type')) === 'bind',
          at,
        },
      ];
    }
    const [source = '', target = '', mode = ''] = filled(text).split(/:(?![\\/]{2})/);
    if (target === '') return [{ source: '', target: source, readOnly: false, host: false, at }];
    return [{ source, target, readOnly: /(?:^|,)ro(?:,|$)/.test(mode), host: /^[./~$\\]/.test(source), at }];
  });
}
