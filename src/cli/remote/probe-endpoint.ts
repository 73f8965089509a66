import { type FileResult, type ScanFinding, verdictOf } from '../../scan/file-result.ts';
import { productOfImage, versionOfTag } from '../../scan/advisories/image-product.ts';
import { judgePackage } from '../../scan/advisories/judge-package.ts';
import { PROBES } from '../../scan/infra/probes.ts';
import type { Probe, Sighting } from '../../scan/infra/probes/probe.ts';
import { RULES } from '../../scan/registry.ts';
import { Endpoint } from './endpoint.ts';
import { type RemoteClient, shown } from './http-client.ts';

/** Names of a path below which questions are asked. */
const MOST_ABOVE = 3;
const NOWHERE = { member: null, offset: null };

/**
 * Asks an endpoint the questions by which open services are known. GET only, without credentials, one after another, to no other origin; what was
 * asked is told. Where the address has a path, the questions are asked below it, too: services stand behind prefixes of proxies. A certificate that a
 * client would refuse is a finding, and the questions are asked all the same: nothing that is secret is sent.
 * @throws Fault `ERR_UPSTREAM_UNREACHABLE` when the first questions find nobody, `ERR_USAGE` for an address that may not be asked
 */
export async function probeEndpoint(
  client: RemoteClient,
  address: URL,
  tell: (line: string) => void,
): Promise<FileResult> {
  const endpoint = new Endpoint(client, address, tell);
  const findings: ScanFinding[] = [];
  for (const base of basesOf(address)) {
    const found = new Set<string>();
    for (const probe of PROBES) {
      if (probe.unless?.some((rule) => found.has(rule)) === true) continue;
      const seen = await look(endpoint, base, probe);
      if (seen === null) continue;
      for (const one of judge(base, probe, seen)) {
        if (findings.some(({ message }) => message === one.message)) continue;
        found.add(one.rule);
        findings.push(one);
      }
    }
  }
  const problem = client.certificateProblem(address);
  if (problem !== null) findings.unshift(finding('endpoint-certificate', `The certificate ${problem}.`));
  const gaps = endpoint.gaps().map((reason) => ({ reason, where: NOWHERE }));
  return {
    file: shown(address),
    verdict: verdictOf(findings, gaps),
    formats: ['endpoint'],
    findings,
    gaps,
    size: 0,
  };
}

/** Where questions are asked: at the origin, and below the path that was named and what is above it. */
function basesOf(address: URL): readonly string[] {
  const names = address.pathname.split('/').filter((name) => name !== '');
  return ['', ...names.slice(0, MOST_ABOVE).map((_, at) => `/${names.slice(0, at + 1).join('/')}`)];
}

/** What a question shows, with its proof and the version; null where it shows nothing. */
async function look(endpoint: Endpoint, base: string, probe: Probe): Promise<Sighting | null> {
  const answer = await endpoint.ask(`${base}${probe.path}`);
  const seen = answer?.status === 200 ? probe.reads(answer) : null;
  if (seen === null) return null;
  const { proof, version } = probe;
  if (proof !== undefined) {
    const shown = await endpoint.ask(`${base}${proof.path}`);
    if (shown?.status !== proof.status || proof.shows?.(shown) === false) return { ...seen, open: null };
  }
  if (version === undefined || (seen.version ?? null) !== null) return seen;
  const told = await endpoint.ask(`${base}${version.path}`, { optional: true });
  return { ...seen, version: told?.status === 200 ? version.reads(told) : null };
}

function judge(base: string, probe: Probe, seen: Sighting): readonly ScanFinding[] {
  const service = seen.service ?? probe.service;
  const version = seen.version ?? null;
  const at = `At ${base}${probe.path}, ${service}${version === null ? '' : ` ${version}`}`;
  const findings: ScanFinding[] = [];
  if (seen.open !== null) {
    findings.push(finding(probe.rule, `${at} ${seen.open} (status 200).`, seen.severity ?? probe.severity));
  }
  if (version !== null) {
    const name = probe.product ?? service.toLowerCase();
    const product = productOfImage(name) ?? { ecosystem: 'PyPI' as const, name };
    const judged = judgePackage({ ...product, version: versionOfTag(product, version) ?? version, says: at });
    if (judged !== null) findings.push(finding('vulnerable-version', judged.message, judged.severity));
  }
  return findings;
}

function finding(rule: string, message: string, severity?: ScanFinding['severity']): ScanFinding {
  const { meta } = RULES.find((one) => one.meta.id === rule)!;
  return { rule, severity: severity ?? meta.severity, message, where: NOWHERE };
}
