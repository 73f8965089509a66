import { defineRule } from '../../rule.ts';
import type { ArchiveIssue } from '../../fact.ts';
import type { Severity } from '../../../core/severity.ts';

const SAID: Readonly<Record<ArchiveIssue, readonly [Severity, string]>> = {
  'name-mismatch': ['high', 'A member has two names'],
  'method-mismatch': ['high', 'A member is packed in two ways'],
  'size-mismatch': ['medium', 'A member has two sizes'],
  'checksum-mismatch': ['medium', 'A member is not what the archive says'],
  'duplicate-name': ['high', 'Two members have one name'],
  'hidden-member': ['high', 'A member is hidden'],
  'missing-member': ['medium', 'A member is missing'],
  'overlapping-members': ['high', 'Members overlap, as in archive bombs'],
  'several-directories': ['medium', 'The archive has several directories'],
  prefix: ['medium', 'Other data stands before the archive'],
  trailing: ['medium', 'Other data stands after the archive'],
  gap: ['low', 'Data that belongs to no member'],
  'unusual-flags': ['medium', 'A member has unusual flags'],
  'many-members': ['medium', 'The archive has very many members'],
  'directory-damaged': ['medium', 'The directory is damaged'],
  encrypted: ['low', 'A member is encrypted'],
  ratio: ['high', 'An archive bomb'],
  traversal: ['high', 'A member leaves the folder that it is unpacked into'],
  symlink: ['high', 'A member is a symbolic link'],
  hardlink: ['high', 'A member is a hard link'],
  device: ['high', 'A member is a device or a pipe'],
};

export const archiveTricks = defineRule({
  meta: {
    id: 'archive-tricks',
    title: 'Archive that readers see differently, or that harms who unpacks it',
    severity: 'medium',
    threats: ['backdoor', 'denial-of-service'],
    meaning:
      'An archive says what it holds in two places. Where they differ, one program loads what another did not look at. Links and paths with steps up write outside the folder; bombs fill memory or disk.',
    fix: 'Have the publisher pack it again with an ordinary tool. Unpack nothing of it meanwhile.',
    references: ['CVE-2025-1944', 'CVE-2025-1945', 'CVE-2025-10156', 'CVE-2026-34446', 'APPNOTE 6.3.10'],
    taxonomy: ['CWE-22', 'CWE-59', 'CWE-409', 'CWE-436', 'AML.T0015'],
  },
  judge: {
    archive: ({ issue, detail }) => {
      const [severity, title] = SAID[issue];
      return { severity, message: `${title}: ${printable(detail)}.` };
    },
  },
});

function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what is to be hidden
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?').slice(0, 200);
}
