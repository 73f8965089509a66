import { type Condition, parseCondition } from './workflow-condition.ts';

/**
 * What a condition keeps out of a workflow that runs with the repository's rights:
 * - `open`: nobody.
 * - `once`: who has not been let in once by somebody of the project (a label, an actor); what comes later from the same author is let in, too.
 * - `now`: what nobody of the project has let in just now; what was looked at may still be changed between the look and the run.
 * - `closed`: strangers. The change is from the repository itself, from a member, or already merged.
 *
 * After GitHub Security Lab, "Keeping your GitHub Actions and workflows secure", parts 1 and 4, and the distinction of CodeQL's queries between a checkout
 * without a check and one whose check can be overtaken (CWE-367).
 */
export type Gate = 'open' | 'once' | 'now' | 'closed';

const ORDER: readonly Gate[] = ['open', 'once', 'now', 'closed'];
const least = (gates: readonly Gate[]): Gate => ORDER[Math.min(...gates.map((one) => ORDER.indexOf(one)))] ?? 'open';
export const strongest = (gates: readonly Gate[]): Gate =>
  ORDER[Math.max(0, ...gates.map((one) => ORDER.indexOf(one)))]!;

/** @param event that started the workflow: a condition may be about another one */
export function gateOf(condition: string | undefined, event: string): Gate {
  const parsed = condition === undefined || condition.trim() === '' ? null : parseCondition(condition);
  return parsed === null ? 'open' : judged(parsed, event, false);
}

/** A negation turns `and` and `or` around (De Morgan). */
function judged(condition: Condition, event: string, negated: boolean): Gate {
  if (condition.kind === 'not') return judged(condition.part, event, !negated);
  if (condition.kind === 'plain') return plainGate(condition.text, event, negated);
  const gates = condition.parts.map((one) => judged(one, event, negated));
  return (condition.kind === 'and') === negated ? least(gates) : strongest(gates);
}

/** Those whom a project has let in by name. CONTRIBUTOR is whoever had one change merged. */
const TRUSTED = new Set(['owner', 'member', 'collaborator']);

const HEAD_REPOSITORY =
  /^github\.event\.(?:pull_request\.head\.repo|workflow_run\.head_repository)\.(?:full_name|id|owner\.login|owner\.id)$|^github\.event\.pull_request\.head\.user\.login$/;
const OWN_REPOSITORY =
  /^github\.(?:repository|repository_id|repository_owner|repository_owner_id|event\.repository\.(?:full_name|id|owner\.login|owner\.id)|event\.pull_request\.base\.(?:repo\.(?:full_name|id|owner\.login|owner\.id)|user\.login))$|^'[^']+'$/;
const ACTOR = /^github\.(?:actor|triggering_actor|event\.sender\.login)$/;
const AUTHOR = /^github\.event\.(?:pull_request|issue|discussion)\.user\.login$/;
const COMMENTER = /^github\.event\.(?:comment|review)\.user\.login$/;
/** A name that the project wrote down. */
const NAMED = /^(?:'[^']+'|github\.repository_owner|(?:vars|secrets|env)\.\w+)$/;
const ASSOCIATION = /github\.event\.(pull_request|issue|discussion|comment|review)\.author_association/;

/** What a program of an earlier step or job has decided, where its name says that it is about who is let in. By what it decides does not show. */
const DECIDED =
  /^(?:needs|steps)\.[\w-]{1,100}\.outputs\.[\w-]{0,60}(?:eligib|authori[sz]|allow|approv|trust|permi|member|collaborator|safe|maintainer)[\w-]{0,60}$/;
const DECIDED_FORK = /^(?:needs|steps)\.[\w-]{1,100}\.outputs\.[\w-]{0,60}fork[\w-]{0,60}$/;

function plainGate(text: string, event: string, negated: boolean): Gate {
  if (text === 'false') return negated ? 'open' : 'closed';
  const comparison = /^(.+?)(==|!=)(.+)$/s.exec(text);
  if (comparison !== null) {
    const [, left = '', operator, right = ''] = comparison;
    const same = (operator === '==') !== negated;
    return comparedGate(left, right, same, event) ?? comparedGate(right, left, same, event) ?? 'open';
  }
  if (/^github\.event\.pull_request\.merged$/.test(text)) return negated ? 'open' : 'closed';
  if (/^github\.event\.(?:pull_request\.head\.repo|workflow_run\.head_repository)\.fork$/.test(text))
    return negated ? 'closed' : 'open';
  if ((negated ? DECIDED_FORK : DECIDED).test(text)) return 'once';
  if (negated) return 'open';
  if (/^startswith\(github\.event\.pull_request\.head\.label,'[^':]+:'\)$/.test(text)) return 'closed';
  const [, inside] = /^contains\((.*)\)$/s.exec(text) ?? [];
  if (inside === undefined) return 'open';
  if (ASSOCIATION.test(inside.replace(/'[^']*'/g, ''))) return associationGate(inside);
  if (/^(?:join\(|tojson\()?github\.event\.(?:pull_request|issue)\.labels\b/.test(inside)) return 'once';
  // contains(fromJSON('["a","b"]'), github.actor): what is looked for comes last.
  const sought = inside.slice(inside.lastIndexOf(',') + 1);
  if (AUTHOR.test(sought)) return 'closed';
  if (COMMENTER.test(sought)) return 'now';
  return ACTOR.test(sought) && !inside.includes('[bot]') ? 'once' : 'open';
}

function comparedGate(left: string, right: string, same: boolean, event: string): Gate | null {
  if (left === 'github.event_name') {
    const named = /^'(\w+)'$/.exec(right)?.[1];
    return named === undefined || (named === event) === same ? null : 'closed';
  }
  if (HEAD_REPOSITORY.test(left)) return same && OWN_REPOSITORY.test(right) ? 'closed' : null;
  if (/^github\.event\.(?:pull_request\.head\.repo|workflow_run\.head_repository)\.fork$/.test(left))
    return (right === 'false') === same && /^(?:true|false)$/.test(right) ? 'closed' : null;
  if (left === 'github.event.pull_request.merged')
    return (right === 'true') === same && /^(?:true|false)$/.test(right) ? 'closed' : null;
  const yes = /^(?:'true'|true)$/.test(right);
  if ((DECIDED.test(left) && yes === same) || (DECIDED_FORK.test(left) && yes !== same)) return 'once';
  if (left === 'github.event.pull_request.merged_at') return right === 'null' && !same ? 'closed' : null;
  // A push comes from the repository itself; so does everything but the events of pull requests.
  if (left === 'github.event.workflow_run.event')
    return /^'pull_request(?:_target)?'$/.test(right) === same ? null : 'closed';
  if (!same) return null;
  if (!left.startsWith("'") && ASSOCIATION.test(left)) return associationGate(`${left},${right}`);
  if (left === 'github.event.label.name') return 'now';
  if (!NAMED.test(right)) return null;
  if (AUTHOR.test(left)) return 'closed';
  if (COMMENTER.test(left)) return 'now';
  // The actor is who did the last thing to the change, and the name of a bot is borrowed by having it do something.
  return ACTOR.test(left) && !right.includes('[bot]') ? 'once' : null;
}

/** Of whom the association is asked, and whether only those of the project are let in. Who comments need not be who wrote the change. */
function associationGate(text: string): Gate {
  const names = (text.match(/'[^']*'/g) ?? []).flatMap((one) => one.match(/[a-z_]+/g) ?? []);
  if (names.length === 0 || !names.every((one) => TRUSTED.has(one))) return 'open';
  const whose = ASSOCIATION.exec(text)?.[1];
  return whose === 'comment' || whose === 'review' ? 'now' : 'closed';
}
