import type { LineIndex } from '../../../formats/located/line-index.ts';
import { itemsOf, type Located, memberAt, membersOf, plainOf, textOf } from '../../../formats/located/located.ts';
import type { AgentNamed, AgentOffer } from '../../agents/agent-fact.ts';
import { definitionDigest } from '../../agents/definition-digest.ts';
import { withoutSecrets } from '../../agents/secret-in.ts';
import type { Spot } from '../../fact.ts';
import type { Observer } from '../../reader.ts';

const LISTS = { tools: 'tool', prompts: 'prompt', resources: 'resource', resourceTemplates: 'resource' } as const;
const SCHEMAS = ['inputSchema', 'input_schema', 'parameters'] as const;
const MOST = 5000;
const MOST_TEXTS = 4000;

/** What servers offer, saved to a file: the answer of `tools/list` and the like, or a map of such answers by server. */
export function tellOffers(root: Located, lines: LineIndex, observer: Observer): void {
  const found: { readonly server: string | null; readonly what: AgentOffer['what']; readonly node: Located }[] = [];
  const take = (server: string | null, from: Located | undefined): void => {
    for (const [key, what] of Object.entries(LISTS)) {
      for (const node of itemsOf(memberAt(from, key))) {
        if (isOffer(node, what)) found.push({ server, what, node });
      }
    }
  };
  const visit = (server: string | null, node: Located | undefined): void => {
    take(server, node);
    take(server, memberAt(node, 'result'));
  };
  visit(null, root);
  for (const { name, value } of membersOf(root)) if (name !== 'result') visit(name, value);
  for (const { name, value } of membersOf(memberAt(root, 'servers'))) visit(name, value);
  for (const node of itemsOf(root)) {
    if (isOffer(node, 'tool')) found.push({ server: null, what: 'tool', node });
  }
  const offers: (AgentOffer & { readonly at: Spot })[] = [];
  if (found.length > MOST) observer.incomplete(`offers of servers after the first ${MOST}`);
  for (const { server, what, node } of found.slice(0, MOST)) {
    const at = lines.place(node.start);
    const texts = textsOf(node, lines);
    if (texts.length > MOST_TEXTS) observer.incomplete(`texts of an offer after the first ${MOST_TEXTS}`, at);
    const offer: AgentOffer = {
      what,
      server,
      name: textOf(memberAt(node, 'name')) ?? textOf(memberAt(node, 'uri')) ?? '',
      description: textOf(memberAt(node, 'description')) ?? '',
      texts: texts.slice(0, MOST_TEXTS),
      schema: schemaOf(node),
    };
    offers.push({ ...offer, at });
    observer.fact({ kind: 'agent-offer', ...at, offer });
    observer.fact({
      kind: 'agent-definition',
      ...at,
      definition: {
        what,
        name: server === null ? offer.name : `${server}/${offer.name}`,
        skill: null,
        digest: definitionDigest(plainOf(node)),
        members: Object.fromEntries(
          membersOf(node).map((one) => [one.name.slice(0, 100), definitionDigest(plainOf(one.value))]),
        ),
        description: withoutSecrets(offer.description).slice(0, 2000),
        at,
      },
    });
  }
  if (offers.length > 0) observer.fact({ kind: 'agent-offers', ...offers[0]!.at, offers });
}

/** A tool has a name and a schema or a description; lists called `tools` that hold other things are common. */
function isOffer(node: Located, what: AgentOffer['what']): boolean {
  if (node.kind !== 'map') return false;
  const name = textOf(memberAt(node, 'name')) ?? textOf(memberAt(node, 'uri'));
  if (name === undefined) return false;
  if (what !== 'tool')
    return textOf(memberAt(node, 'description')) !== undefined || memberAt(node, 'arguments') !== undefined;
  return SCHEMAS.some((key) => memberAt(node, key)?.kind === 'map') || memberAt(node, 'annotations')?.kind === 'map';
}

function schemaOf(node: Located): AgentOffer['schema'] {
  const schema = SCHEMAS.map((key) => memberAt(node, key)).find((one) => one !== undefined);
  if (schema === undefined) return 'missing';
  const kind = textOf(memberAt(schema, 'type'));
  const shaped = ['properties', '$ref', 'anyOf', 'oneOf', 'allOf'].some((key) => memberAt(schema, key) !== undefined);
  return shaped || (kind === 'object' && textOf(memberAt(schema, 'additionalProperties')) === 'false')
    ? 'described'
    : 'open';
}

/** A model reads values and names alike. */
function textsOf(root: Located, lines: LineIndex): readonly AgentNamed[] {
  const texts: AgentNamed[] = [];
  const visit = (node: Located, path: string): void => {
    if (texts.length > MOST_TEXTS) return;
    if (node.kind === 'scalar') {
      if (typeof node.value === 'string') texts.push({ name: path, text: node.text, at: lines.place(node.start) });
    } else if (node.kind === 'list') node.items.forEach((item, index) => visit(item, `${path}[${index}]`));
    else
      for (const { name, at, value } of node.members) {
        const below = path === '' ? name.slice(0, 200) : `${path.slice(0, 400)}.${name.slice(0, 200)}`;
        texts.push({ name: `${below} (name)`, text: name, at: lines.place(at) });
        visit(value, below);
      }
  };
  visit(root, '');
  return texts;
}
