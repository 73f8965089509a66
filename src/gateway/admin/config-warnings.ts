import { isIP } from 'node:net';
import type { Config } from '../../config/schema.ts';
import type { ConfigWarning } from './api.ts';

/** What a careful operator would want to know about a configuration that is valid. */
export function configWarnings(config: Config): readonly ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  const warn = (key: string, message: string, hint: string) => warnings.push({ key, message, hint });

  if (!isLoopback(config.listen.host) && config.listen.tls === undefined) {
    warn(
      'listen.tls',
      'Callers reach the gateway from other machines without encryption.',
      'Set `listen.tls`, or let a proxy on this machine end TLS.',
    );
  }
  if (!isLoopback(config.admin.host)) {
    warn(
      'admin.host',
      'The console is reachable from other machines.',
      'Listen on 127.0.0.1, or put it behind a proxy that speaks https.',
    );
  }
  if (config.access.anonymous !== undefined) {
    warn(
      'access.anonymous',
      `Requests without a credential are served as "${config.access.anonymous.principal}".`,
      'Remove the key to demand a credential.',
    );
  }
  if (config.rules.length === 0) {
    warn('rules', 'No rule looks at requests or answers.', 'Add one, for example with the detector secret-leak.');
  }
  config.rules.forEach((rule, i) => {
    if (rule.mode === 'shadow') {
      warn(`rules[${i}].mode`, `The rule "${rule.id}" only records.`, 'Set mode: enforce once its counts look right.');
    }
    if (rule.mode === 'enforce' && rule.onFailure === 'allow') {
      warn(
        `rules[${i}].onFailure`,
        `When the rule "${rule.id}" cannot be checked, the request passes.`,
        'Set onFailure: block.',
      );
    }
  });
  if (config.budgets.length === 0) {
    warn('budgets', 'Nothing limits how much a principal may spend.', 'Add a budget per principal or team.');
  }
  config.upstreams.forEach((upstream, i) => {
    const url = new URL(upstream.url);
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      warn(`upstreams[${i}].url`, `Traffic to "${upstream.id}" is not encrypted.`, 'Use its https URL.');
    }
  });
  if (config.evidence.content === 'full') {
    warn(
      'evidence.content',
      'Whole texts are kept, with whatever secrets they hold.',
      'Use redacted, and a retention as short as you can.',
    );
  }
  return warnings;
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
