import { checkBasicCredentials, checkJwt } from '../encoded-header.ts';
import type { Kind, TokenPattern } from '../pattern.ts';

export const GENERIC_TOKENS: readonly TokenPattern[] = [
  {
    id: 'jwt',
    title: 'JSON Web Token',
    severity: 'medium', // short-lived and scoped more often than not
    keywords: ['eyJ'],
    regex: 'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*',
    run: 'dotted',
    max: 8192,
    right: 'token',
    check: checkJwt,
    url: 'https://www.rfc-editor.org/rfc/rfc7519',
  },
  {
    id: 'basic-credentials',
    title: 'HTTP Basic credentials',
    severity: 'high',
    keywords: ['Basic ', 'basic '],
    publicKeyword: true,
    regex: '[Bb]asic [A-Za-z0-9+/]{8,}={0,2}',
    run: 'base64',
    max: 400,
    right: 'base64',
    entropy: 2.5,
    check: checkBasicCredentials,
    url: 'https://www.rfc-editor.org/rfc/rfc7617',
  },
  {
    id: 'bearer-token',
    title: 'bearer token',
    severity: 'high',
    keywords: ['Bearer ', 'bearer '],
    publicKeyword: true,
    regex: '[Bb]earer [A-Za-z0-9_.~+/-]{20,}=*',
    run: 'mixed',
    max: 2048,
    right: 'mixed',
    entropy: 3.6,
    url: 'https://www.rfc-editor.org/rfc/rfc6750#section-2.1',
  },
];

/** `curl -u user:password`. */
export const CURL_PASSWORD: Kind = {
  id: 'curl-password',
  title: 'password on a curl command line',
  severity: 'high',
  url: 'https://curl.se/docs/manpage.html#-u',
};

/** A value that looks random, assigned to a name that says it is secret. The one rule that guesses. */
export const GENERIC_SECRET: Kind = {
  id: 'generic-secret',
  title: 'value that looks random under a name that says it is secret',
  severity: 'medium',
  url: 'https://cwe.mitre.org/data/definitions/798.html',
};

/** Names that promise a secret, lower case; found in any case and inside longer names (`DB_PASSWORD_PROD`). */
export const SECRET_NAMES: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'api key',
  'access_key',
  'accesskey',
  'access-key',
  'access key',
  'auth_key',
  'authkey',
  'auth-key',
  'private_key',
  'private-key',
  'client_secret',
  'encryption_key',
  'encryptionkey',
  'signing_key',
  'signingkey',
  'credential',
  'signature_key',
  'webhook_key',
  'master_key',
  'masterkey',
  'account_key',
  'passcode',
  'authorization',
];
