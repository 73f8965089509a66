import type { LineIndex } from '../../../formats/located/line-index.ts';
import { itemsOf, leavesOf, type Located, memberAt, membersOf, textOf } from '../../../formats/located/located.ts';
import type { AgentFile } from '../../agents/agent-file.ts';
import { textDigest } from '../../agents/definition-digest.ts';
import { withoutSecrets } from '../../agents/secret-in.ts';
import type { Observer } from '../../reader.ts';

/** Settings whose value is a command that the program runs without a model asking for it, by their path. */
const COMMANDS =
  /^(?:(?:statusLine|fileSuggestion)\.command|apiKeyHelper|awsAuthRefresh|awsCredentialExport|gcpAuthRefresh|otelHeadersHelper|(?:tools\.)?(?:toolDiscoveryCommand|toolCallCommand|discoveryCommand|callCommand)|hooks\.(?:.{0,300}\.)?(?:command|bash|powershell|windows|linux|osx)|then\.command)$/;

/** Commands that the agent runs by itself: hooks, status lines, helpers for keys, tasks at opening. */
export function tellHooks(root: Located, { host, scope }: AgentFile, lines: LineIndex, observer: Observer): void {
  const tell = (event: string, command: string, node: Located): void => {
    if (command.trim() === '') return;
    const at = lines.place(node.start);
    observer.fact({ kind: 'agent-hook', ...at, host, scope, event, command });
    observer.fact({
      kind: 'agent-definition',
      ...at,
      definition: {
        what: 'hook', name: event, skill: null, digest: textDigest(command), members: { command: withoutSecrets(command).slice(0, 20_000) }, description: '', at,
      },
    }); // prettier-ignore
  };
  for (const { path, node } of leavesOf(root)) {
    if (typeof node.value === 'string' && COMMANDS.test(path)) tell(path, node.value, node);
  }
  // Codex: a list, the program first.
  const notify = memberAt(root, 'notify');
  if (host === 'codex' && notify?.kind === 'list') tell('notify', wordsOf(notify), notify);
  // Tasks of editors that begin when a folder is opened.
  const tasks = memberAt(root, 'tasks');
  for (const task of [...itemsOf(tasks), ...itemsOf(memberAt(tasks, 'tasks'))]) {
    if (textOf(memberAt(task, 'runOptions', 'runOn')) !== 'folderOpen') continue;
    const command = [textOf(memberAt(task, 'command')) ?? '', wordsOf(memberAt(task, 'args'))].join(' ').trim();
    tell('tasks.folderOpen', command, task);
  }
  // Cursor: the environment of background agents.
  if (host === 'cursor') {
    for (const { name, value } of membersOf(root)) {
      if ((name === 'install' || name === 'start') && value.kind === 'scalar') tell(name, value.text, value);
    }
  }
}

function wordsOf(list: Located | undefined): string {
  return itemsOf(list).map((item) => textOf(item) ?? '').join(' '); // prettier-ignore
}
