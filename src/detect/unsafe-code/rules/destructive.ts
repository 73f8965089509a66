import { defineRules } from '../rule.ts';

const END = `(?:[\\s;&|\`'")]|\\x03)`;
const SYSTEM = `(?:bin|boot|dev|etc|home|lib\\w*|opt|proc|root|sbin|srv|sys|usr|var|Users|Library|System)`;
const ROOT = `(?:/(?:\\*|${SYSTEM}(?:/\\*?)?)?|~/?\\*?|\\$\\{?HOME\\}?/?\\*?|\\*|\\.{1,2}/?\\*?|--no-preserve-root\\s+/\\S*)`;
const DISK = `(?:sd[a-z]|hd[a-z]|nvme\\d|vd[a-z]|xvd[a-z]|mmcblk|disk\\d|rdisk|mapper/|md\\d)\\w*`;

/** What cannot be undone: file systems, disks, databases, clusters. */
export const DESTRUCTIVE = defineRules([
  {
    id: 'delete-files',
    category: 'destructive',
    severity: 'high',
    message: 'Deletes a root, home or system folder with everything in it.',
    openings: ['rm -'],
    pattern: `rm\\s+(?:--?[\\w-]+\\s+)*-(?:[a-z]*r[a-z]*|-recursive)(?:\\s+--?[\\w-]+)*\\s+["']?${ROOT}["']?${END}`,
  },
  {
    id: 'delete-found',
    category: 'destructive',
    severity: 'medium',
    message: 'Deletes everything that is found under a root, home or system folder.',
    openings: ['find /', 'find ~'],
    pattern: `find\\s+(?:/|~|/${SYSTEM})/?\\s[^\\n]*(?:-delete|-exec\\s+rm\\b)`,
  },
  {
    id: 'make-file-system',
    category: 'destructive',
    severity: 'high',
    message: 'Makes a new file system over what a disk holds.',
    openings: ['mkfs', 'wipefs ', 'shred /dev', 'shred -'],
    pattern: `(?:mkfs(?:\\.\\w+)?|wipefs|shred)\\s+(?:-\\S+\\s+)*/dev/${DISK}`,
  },
  {
    id: 'overwrite-disk',
    category: 'destructive',
    severity: 'high',
    message: 'Writes over a disk.',
    openings: ['dd if=', 'dd of=', 'dd bs=', 'dd count='],
    pattern: `dd\\s+[^\\n]*\\bof=/dev/${DISK}`,
  },
  {
    id: 'overwrite-disk',
    category: 'destructive',
    severity: 'high',
    message: 'Writes over a disk.',
    openings: ['>/dev/', '> /dev/'],
    pattern: `>\\s*/dev/${DISK}`,
  },
  {
    id: 'overwrite-accounts',
    category: 'destructive',
    severity: 'high',
    message: 'Writes to the files of accounts and rights.',
    openings: ['>/etc/', '> /etc/', 'tee /etc/', 'tee -a /etc/'],
    pattern: `(?:>{1,2}|tee(?:\\s+-a)?)\\s*/etc/(?:passwd|shadow|sudoers(?:\\.d/\\S*)?)\\b`,
  },
  {
    id: 'fork-bomb',
    category: 'destructive',
    severity: 'high',
    message: 'Starts itself until the machine stands still.',
    openings: [':()', ':() {', ': ()'],
    pattern: ':\\s?\\(\\)\\s*\\{\\s*:\\s*\\|\\s*:\\s*&\\s*\\}\\s*;\\s*:',
  },
  {
    id: 'open-to-all',
    category: 'destructive',
    severity: 'medium',
    message: 'Lets everybody write to a root or system folder.',
    openings: ['chmod -R', 'chmod 777', 'chmod 0777', 'chmod a+'],
    pattern: `chmod\\s+(?:-\\w+\\s+)*(?:0?777|a\\+rwx)\\s+(?:-\\w+\\s+)*(?:/|/${SYSTEM})/?\\*?${END}`,
  },
  {
    id: 'format-drive',
    category: 'destructive',
    severity: 'high',
    message: 'Formats a drive.',
    openings: ['format c:', 'format d:', 'format e:'],
    pattern: `format\\s+[c-e]:(?:\\s+/[a-z][\\w:]*)*${END}`,
  },
  {
    id: 'delete-files',
    category: 'destructive',
    severity: 'high',
    message: 'Deletes a drive or a user profile with everything in it.',
    openings: ['del /', 'erase /', 'rd /s', 'rmdir /s'],
    pattern:
      '(?:del|erase|rd|rmdir)\\s+(?:/[a-z]\\s+)+["\']?(?:[a-z]:\\\\?(?:windows|users|\\*)?\\S*|%\\w+%\\S*|\\*(?:\\.\\*)?)',
  },
  {
    id: 'delete-files',
    category: 'destructive',
    severity: 'medium',
    message: 'Deletes folders without asking.',
    openings: ['remove-item '],
    pattern:
      'remove-item\\s[^\\n]*(?:[a-z]:\\\\?(?:\\s|\\*|\\x03)|[a-z]:\\\\(?:windows|users)|\\$env:|~|\\s/)[^\\n]*-recurse',
  },
  {
    id: 'delete-backups',
    category: 'destructive',
    severity: 'high',
    message: 'Deletes backups or logs, as ransomware does.',
    openings: ['vssadmin delete', 'wmic shadowcopy delete', 'wbadmin delete', 'wevtutil cl'],
    pattern:
      '(?:vssadmin\\s+delete\\s+shadows|wmic\\s+shadowcopy\\s+delete|wbadmin\\s+delete\\s+(?:catalog|backup|systemstatebackup)|wevtutil\\s+cl\\s+\\w+)',
  },
  {
    id: 'delete-cluster',
    category: 'destructive',
    severity: 'medium',
    message: 'Deletes whole parts of a cluster or cloud.',
    openings: [
      'kubectl delete',
      'kubectl -',
      'terraform destroy',
      'aws s3 r',
      'gcloud projects delete',
      'az group delete',
    ],
    pattern:
      '(?:kubectl\\s+(?:-\\S+\\s+\\S+\\s+){0,3}delete\\s+(?:[^\\n]*\\s)?(?:--all\\b|ns\\b|namespaces?\\b|nodes?\\b|pv\\b|all\\b)|terraform\\s+destroy\\b[^\\n]*-auto-approve|aws\\s+s3\\s+(?:rb\\s[^\\n]*--force|rm\\s[^\\n]*--recursive)|gcloud\\s+projects\\s+delete\\s+\\S+|az\\s+group\\s+delete\\s[^\\n]*--yes)',
  },
  {
    id: 'rewrite-history',
    category: 'destructive',
    severity: 'low',
    message: 'Throws away commits or work of others.',
    openings: ['git push ', 'git reset --hard', 'git clean -'],
    pattern: `git\\s+(?:push\\s[^\\n]*(?:--force|-f)${END}|reset\\s+--hard\\b|clean\\s+-[a-z]*f[a-z]*)`,
  },
  {
    id: 'drop',
    category: 'destructive',
    severity: 'medium',
    message: 'Drops a table, schema or database.',
    openings: ['drop table', 'drop database', 'drop schema'],
    pattern:
      'drop\\s+(?:table|database|schema)\\s+(?:[\\w.$]+|["`\\[][\\w. $-]+["`\\]])\\s*(?:cascade\\s*)?(?:;|--|["\')`]|\\x03)',
    unless: '^drop\\s+\\w+\\s+(?:if\\b|tests?\\b|\\w*(?:temp|tmp|test|staging|backup|old)\\w*)',
    statement: true,
  },
  {
    id: 'truncate',
    category: 'destructive',
    severity: 'medium',
    message: 'Empties a table.',
    openings: ['truncate table'],
    pattern: 'truncate\\s+table\\s+(?:[\\w.$]+|["`\\[][\\w. $-]+["`\\]])\\s*(?:cascade\\s*)?(?:;|--|["\')`]|\\x03)',
    statement: true,
  },
  {
    id: 'change-all-rows',
    category: 'destructive',
    severity: 'medium',
    message: 'Deletes or changes every row of a table: there is no WHERE.',
    openings: ['delete from @', 'update @ set @ ='],
    pattern:
      '(?:delete\\s+from\\s+(?:[\\w.$]+|["`\\[][\\w. $-]+["`\\]])\\s*(?:;|--|\\x03)|update\\s+[\\w.$]+\\s+set\\s+\\w+\\s*=\\s*[^;]+(?:;|\\x03))',
    unless: '(?:\\bwhere\\b|\\blimit\\b|\\bjoin\\b|\\bon conflict\\b|\\busing\\b)',
    statement: true,
  },
  {
    id: 'stop-all',
    category: 'destructive',
    severity: 'high',
    message: 'Ends every process, or lets a superuser database command run programs.',
    openings: ['kill -9 -1', 'xp_cmdshell'],
    pattern: `(?:kill\\s+-9\\s+-1${END}|xp_cmdshell\\s*(?:\\(|'|N'|"))`,
  },
]);
