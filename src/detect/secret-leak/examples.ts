/**
 * Credentials that vendors print in their own documentation or build into their emulators. They open nothing, and every
 * tutorial repeats them.
 */
const PUBLISHED: ReadonlySet<string> = new Set([
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  // https://docs.stripe.com/keys
  'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
  'sk_test_tR3PYbcVNZZ796tH88S4VQ2u',
  'sk_test_BQokikJOvBiI2HlWgH4olfQ2',
  // https://learn.microsoft.com/en-us/azure/storage/common/storage-use-azurite
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  // https://learn.microsoft.com/en-us/azure/cosmos-db/emulator
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==',
  // RFC 7617 §2: "Aladdin:open sesame"
  'QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
  // https://jwt.io and RFC 7519 §3.1
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
  'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  // https://core.telegram.org/bots/api#authorizing-your-bot
  'AAE-1dv0Xp5l5ZlpTMxLJ3rUWFGLsW9g0KQ',
]);

/** AWS ends every access key id in its documentation with this word, which its own alphabet allows. */
const AWS_EXAMPLE = /^A[KS]IA[A-Z2-7]{9}EXAMPLE$/;

export function isPublishedExample(secret: string): boolean {
  return PUBLISHED.has(secret) || AWS_EXAMPLE.test(secret);
}
