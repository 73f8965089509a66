import { isFault } from '../../core/fault.ts';
import { type FileResult, type ScanFinding, verdictOf } from '../../scan/file-result.ts';
import { PROBES } from '../../scan/infra/probes.ts';
import { RULES } from '../../scan/registry.ts';
import { type RemoteClient, shown } from './http-client.ts';

const MOST_BYTES = 256 * 1024;

/**
 * Asks an endpoint the questions by which open services are known. GET only, without credentials, one after another, no redirect is followed; what
 * was asked is told. The place is the origin alone: other ports are not looked for.
 * @throws Fault `ERR_UPSTREAM_UNREACHABLE` when the first question finds nobody, `ERR_USAGE` for an address that may not be asked
 */
export async function probeEndpoint(
  client: RemoteClient,
  address: URL,
  tell: (line: string) => void,
): Promise<FileResult> {
  const findings: ScanFinding[] = [];
  const gaps: { readonly reason: string; readonly where: { readonly member: null; readonly offset: null } }[] = [];
  const nowhere = { member: null, offset: null };
  for (const [index, probe] of PROBES.entries()) {
    const url = new URL(probe.path, address.origin);
    tell(`asked: GET ${url.href}`);
    let says: string | null;
    try {
      const answer = await client.get(url);
      if (answer.status === 200) {
        const text = Buffer.from(await answer.body(MOST_BYTES)).toString('utf8');
        says = probe.shows({ status: answer.status, headers: answer.headers, text });
      } else {
        answer.close();
        says = null;
      }
    } catch (error) {
      if (!isFault(error)) throw error;
      if (error.code === 'ERR_UPSTREAM_INVALID') {
        gaps.push({ reason: `the answer at ${probe.path} is longer than ${MOST_BYTES} bytes`, where: nowhere });
        continue;
      }
      if (index === 0) throw error;
      gaps.push({ reason: `${probe.path} was not answered`, where: nowhere });
      continue;
    }
    if (says === null) continue;
    const rule = RULES.find(({ meta }) => meta.id === probe.rule)!;
    findings.push({
      rule: probe.rule,
      severity: rule.meta.severity,
      message: `At ${probe.path}, ${says} (status 200).`,
      where: nowhere,
    });
  }
  return {
    file: shown(new URL(address.origin)),
    verdict: verdictOf(findings, gaps),
    formats: ['endpoint'],
    findings,
    gaps,
    size: 0,
  };
}
