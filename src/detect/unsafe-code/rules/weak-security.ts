import { defineRules } from '../rule.ts';

/** Protection that is switched off or worn out. Common in examples, and seldom an attack. */
export const WEAK_SECURITY = defineRules([
  {
    id: 'no-certificate-check',
    category: 'weak-security',
    severity: 'low',
    message: 'Does not check whom it speaks to.',
    openings: [
      'verify=false',
      'verify = false',
      'rejectunauthorized:',
      'node_tls_reject_unauthorized',
      'insecureskipverify',
      'ssl.cert_none',
      '_create_unverified_context',
      'stricthostkeychecking',
      'curlopt_ssl_verifypeer',
    ],
    pattern:
      '(?:verify\\s*=\\s*false|rejectunauthorized:\\s*false|node_tls_reject_unauthorized["\'\\]\\s=:]{1,6}0|insecureskipverify\\s*[:=]\\s*true|ssl\\.cert_none|_create_unverified_context|stricthostkeychecking[ =]no|curlopt_ssl_verifypeer\\s*,\\s*(?:false|0))',
  },
  {
    id: 'weak-cryptography',
    category: 'weak-security',
    severity: 'low',
    message: 'Uses cryptography that is broken for this.',
    openings: [
      'hashlib.md5(',
      'hashlib.sha1(',
      "createhash('md5",
      'createhash("md5',
      'md5($',
      'aes.mode_ecb',
      'des.new(',
      'aes/ecb',
      'createcipher(',
    ],
    pattern:
      '(?:hashlib\\.(?:md5|sha1)\\([^\\n)]*pass\\w*|createhash\\(["\']md5["\']\\)[^\\n]*pass\\w*|md5\\(\\$\\w*pass\\w*|aes\\.mode_ecb|des\\.new\\(|aes/ecb|createcipher\\()',
  },
]);
