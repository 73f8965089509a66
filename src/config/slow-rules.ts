import type { JsonPath } from '../conversation/segment.ts';
import { DETECTORS } from '../detect/registry.ts';
import type { RuleConfig } from './schema.ts';

type Say = (path: JsonPath, message: string) => void;

/** Folders of models that a rule names in its options, with the keys that name them. */
export function encoderFolders({ options }: RuleConfig): { readonly path: JsonPath; readonly folder: string }[] {
  const found: { readonly path: JsonPath; readonly folder: string }[] = [];
  const own = member(options, 'folder');
  if (typeof own === 'string' && own !== '') found.push({ path: ['folder'], folder: own });
  const tier = member(member(options, 'encoder'), 'folder');
  if (typeof tier === 'string') found.push({ path: ['encoder', 'folder'], folder: tier });
  return found;
}

/** What `release` must agree with. */
export function checkRelease(rule: RuleConfig, at: JsonPath, error: Say, warn: Say): void {
  const { release, action, mode } = rule;
  if (release === undefined) return;
  const path: JsonPath = [...at, 'release'];
  const cost = DETECTORS.find(({ meta }) => meta.id === rule.detector)?.meta.cost;
  const tiers = member(rule.options, 'encoder') !== undefined || member(rule.options, 'judge') !== undefined;
  if (release !== 'full' && cost === 'pattern' && !tiers) {
    error(path, `is for detectors that ask a model; ${rule.detector} follows a stream by itself or needs whole texts`);
  }
  if (!rule.on.includes('output')) warn(path, 'has no effect: the rule does not look at answers');
  if (release !== 'immediate') return;
  if (action === 'redact') {
    error(
      path,
      'cannot be "immediate" where the action is "redact": what has left cannot be replaced; use lag or full',
    );
  } else if (mode === 'enforce' && (action === 'block' || action === 'review')) {
    warn(path, 'lets text leave before it is checked; a finding can only end the stream');
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
