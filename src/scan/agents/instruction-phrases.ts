import { isAtLeast, type Severity } from '../../core/severity.ts';
import { views } from '../../text/decode-layers.ts';
import { standingOf } from './spoken-about.ts';

/**
 * What a text that an agent follows has no business saying. Matched on plain lower-case text with every known disguise undone. Each repetition
 * is bounded, and words are parted by other characters than they are made of: linear.
 */
export interface Phrase {
  readonly id: 'override' | 'concealment' | 'send-away' | 'remote' | 'credentials' | 'money' | 'no-question';
  readonly severity: Severity;
  /** Ends a sentence that begins with the text. */
  readonly says: string;
  readonly pattern: RegExp;
}

/** Up to five words between two parts. */
const GAP = String.raw`(?:[^\s.!?,;:()\x60\u2013\u2014]{1,24}\s{1,4}){0,5}?`;
const phrase = (id: Phrase['id'], severity: Severity, says: string, ...sources: readonly string[]): Phrase => ({
  id,
  severity,
  says,
  pattern: new RegExp(
    sources.map((source) => `(?:${source.replaceAll('…', GAP).replaceAll(' ', String.raw`\s{1,4}`)})`).join('|'),
    'g',
  ),
});

const PHRASES: readonly Phrase[] = [
  phrase(
    'override',
    'high',
    'tells the agent to set aside what it was told before',
    String.raw`\b(?:ignore|disregard|forget|override|bypass) …(?:previous|prior|above|earlier|preceding|original) …(?:instructions?|prompts?|rules|directives|guidelines|messages?)\b`,
    String.raw`\b(?:ignore|disregard|forget) …(?:system|developer) …(?:instructions?|prompts?|messages?)\b`,
    String.raw`\b(?:ignore|disregard|bypass|disable|circumvent) …(?:your|all|any) …(?:safety|security|content|ethical) …(?:guidelines|rules|polic(?:y|ies)|filters?|restrictions|training|checks|guardrails)\b`,
    String.raw`\b(?:ignore|disregard|bypass|circumvent|disable) …(?:safety|content) (?:safety )?(?:guidelines|filters?|restrictions|measures|training|guardrails)\b`,
    String.raw`\b(?:previous|prior|earlier|original|system) (?:instructions?|rules|prompts?|guidelines|training|identity|persona) (?:and (?:training|rules|instructions|guidelines) )?…(?:are|is|has been|have been|must be|should be) (?:now )?(?:suspended|overwritten|overridden|void|ignored|cancelled|canceled|replaced|superseded|disregarded|forgotten)\b`,
    String.raw`\b(?:safety|content|usage) (?:guidelines|filters?|restrictions|polic(?:y|ies)|rules) (?:do not|don't|no longer) (?:apply|exist|matter)\b`,
    String.raw`\b(?:an? )?(?:ai|assistant|model|oracle|expert|character) (?:without|with no|free of|freed from) (?:any )?(?:restrictions|limitations|content policies|safety (?:training|guidelines)|censorship)\b`,
    String.raw`\byou (?:have no|are free (?:of|from)|no longer (?:follow|obey|have)) …(?:restrictions|safety guidelines|content polic(?:y|ies)|openai|anthropic)\b`,
    String.raw`\bdo anything now\b`,
    String.raw`\[ ?/?(?:hidden|secret|covert)[ _-](?:\w{1,20}[ _-]){0,3}(?:instructions?|directives?|prompts?|commands?|orders?)(?:[ _-]\w{1,20}){0,4} ?\]`,
    String.raw`\b(?:all|any|every) …(?:requests?|actions?|operations?|commands?|confirmations?) (?:are|is) (?:already )?pre-?(?:authorized|approved|authorised)\b`,
    String.raw`\byou are (?:now |no longer )(?:in )?(?:dan\b|jailbroken|unrestricted|developer mode|god mode|bound by|an? (?:unrestricted|unfiltered|uncensored))`,
    String.raw`\bthese (?:instructions|rules) (?:override|supersede|take precedence over) …(?:system|safety|anthropic|openai|developer|the user)`,
  ),
  phrase(
    'concealment',
    'high',
    'tells the agent to keep something from the user',
    String.raw`\b(?:do not|don'?t|never|must not|should not) …(?:tell|mention …to|inform|notify|reveal …to|disclose …to|show …to|alert) …(?:the |any )?(?:user|human|operator)s? …(?:about|that|of|this|what|when|anything)\b`,
    String.raw`\b(?:silently|secretly|covertly|stealthily) (?:call|send|read|include|pass|run|execute|forward|append|add|copy|upload|install|download|exfiltrate|collect|modify|insert)\b`,
    String.raw`\bwithout …(?:telling|informing|notifying|alerting) …(?:the )?user\b`,
    String.raw`\b(?:hide|conceal) (?:this|it|these|that|the|all) …from the user\b`,
    String.raw`\b(?:do not|don'?t|never|must not|should not) (?:tell|mention|reveal|disclose|expose) (?:this|it|that|these|them|the|any) …to the user\b`,
    String.raw`\b(?:process|handle|complete|perform) (?:(?:it|this|these|them|that|all|everything) )?(?:silently|secretly|covertly)\b`,
    String.raw`\b(?:do not|don't|never) (?:mention|disclose|reveal|report|log|display|show|output|print|explain) …(?:this step|these steps|this action|this instruction|these instructions|this behaviou?r|this section|this upload|this request) …(?:to|in|or|anywhere|even|at)\b`,
    String.raw`\bexecute commands silently\b|\bsuppress (?:all |any )?(?:output|notifications?|warnings?) …(?:so that|to keep|so) the user\b`,
    String.raw`\bthe user (?:must|should|does|need|may) not …(?:know|see|notice|be told|be aware|find out)\b`,
  ),
  phrase(
    'send-away',
    'high',
    'tells the agent to send private data to an address',
    String.raw`\b(?:send|upload|post|transmit|exfiltrate|forward|submit|report) …(?:conversation|chat history|contents?|credentials?|secrets?|tokens?|api keys?|private keys?|passwords?|environment|env vars?|\.env|ssh keys?|source code|files?|history|memory) …(?:to|at|via) …(?:https?://|webhook|[\w.+-]{1,40}@[\w-]{1,40}\.\w)`,
    String.raw`\b(?:read|cat|open|copy|collect|gather|include) …(?:~|\$home)?/?\.(?:ssh/|aws/credentials|gnupg|netrc|config/gcloud|kube/config|npmrc|pypirc|docker/config)[^\n]{0,160}\b(?:send|upload|post|include|append|pass|curl|put)\b`,
    String.raw`\b(?:append|add|include|encode|embed|put) …(?:conversation|secrets?|tokens?|api keys?|credentials?|contents?) …(?:as|in|into|to) …(?:urls?|query|image|link)\b`,
  ),
  phrase(
    'remote',
    'medium',
    'tells the agent to follow what an address says',
    String.raw`\b(?:fetch|read|load|open|download|visit|get|retrieve|curl|check) …["'(<\x60]{0,3}https?://[^\s"'<>)\x60]{3,300}["')>\x60]{0,3},? …(?:and|then) …(?:follow|obey|execute|apply|run|do what|act on|comply with|adopt)\b`,
    String.raw`\b(?:follow|obey|execute|comply with|apply) …(?:instructions?|steps|rules|directions|commands|prompt) …(?:at|in|from|on|found at|hosted at) …["'(<\x60]{0,3}https?://`,
    String.raw`\b(?:instructions?|rules|system prompt|prompt) (?:are|is) (?:hosted|located|available|maintained|kept) (?:at|on) ["'(<\x60]{0,3}https?://`,
  ),
  phrase(
    'credentials',
    'medium',
    'has a person hand a credential to the model',
    String.raw`\b(?:ask|prompt|request|tell|instruct|have) …(?:user|them|customer|human) …(?:to )?(?:paste|type|enter|provide|share|give|send|for) …(?:api[ -]?keys?|passwords?|access tokens?|secret keys?|private keys?|seed phrases?|recovery phrases?|credit card|ssn|2fa codes?|otp)\b(?! …(?:in|into|as|to|via) …(?:env|environment|vault|keychain|secret manager|settings|config|\.env|terminal|browser|login))`,
    String.raw`\b(?:paste|type|share|send|give me) (?:your|the) …(?:api[ -]?keys?|passwords?|access tokens?|private keys?|seed phrases?|recovery phrases?) …(?:here|in (?:the |this )?(?:chat|conversation|message|prompt)|below)\b`,
  ),
  phrase(
    'money',
    'low',
    'lets the agent move money or delete what cannot be brought back',
    String.raw`\b(?:transfer|send|withdraw|swap|wire) …(?:funds|money|crypto|tokens to|usdc|usdt|eth|btc|sol|payments?) …(?:to|from|on|via|using)\b`,
    String.raw`\b(?:place|execute|submit) …(?:market |limit |buy |sell )?(?:trades?|orders?) (?:on|via|with|through) `,
    String.raw`\b(?:drop (?:database|schema)|terraform destroy|kubectl delete (?:ns|namespace)|aws s3 rb|git push …--force(?!-with-lease))\b`,
  ),
  phrase(
    'no-question',
    'low',
    'tells the agent not to ask before it acts',
    String.raw`\b(?:do not|don'?t|never|without) …(?:ask|asking|wait|waiting|prompt|prompting|request|requesting) …for …(?:permission|confirmation|approval|consent)\b`,
    String.raw`\balways (?:approve|accept|confirm) …(?:automatically|without|all)\b`,
  ),
];

/**
 * Words around a phrase in a program that show that it is looked for and not said. In a text an attacker could simply write them, so there it needs more
 * (`spoken-about.ts`).
 */
const ABOUT =
  /(?:example|e\.g\.|such as|like\b|attack|inject|malicious|detect|prevent|refuse|reject|flag|phrase|pattern|payload|jailbreak|adversar|untrusted|suspicious|looks? for|contain(?:s|ing)?|attempt|claim|never (?:follow|obey|comply)|do not (?:follow|obey|comply)|should (?:be )?(?:refuse|reject|ignore)|violat|red team|security|vulnerab|threat|anti-pattern|✗|❌|bad:)/i;

/** A word that turns what follows into its opposite, at most three words before: "never silently add". */
const NEGATED =
  /(?:\b(?:never|not|cannot|avoid|without|refuse to|rather than|instead of)|n['’]t)[*_]{0,2}\s{1,4}(?:[\w*_-]{1,20}\s{1,4}){0,3}$/i;

export interface FoundPhrase {
  readonly phrase: Phrase;
  /** In the text as it stands, in UTF-16 units. */
  readonly at: number;
  readonly severity: Severity;
  /** What was undone to see it. */
  readonly via: readonly string[];
  /** Shown as an example, or told of, and not said. */
  readonly quoted: boolean;
}

const PART = 256 << 10;
const OVERLAP = 1024;
const MOST = 3;

/**
 * Phrases in a text, at most three of each kind and severity.
 * @param of a program is full of texts in quotation marks, most of which nobody follows
 */
export function phrasesIn(
  text: string,
  ids: readonly Phrase['id'][],
  of: 'text' | 'program' = 'text',
): readonly FoundPhrase[] {
  const found: FoundPhrase[] = [];
  const counts = new Map<string, number>();
  for (let start = 0; start < text.length; start += PART) {
    const part = text.slice(start, start + PART + OVERLAP);
    for (const view of views(part)) {
      const plain = view.text.toLowerCase().replaceAll('’', "'");
      // Lower case can be longer than what it is made of; places are then near, not exact.
      for (const phrase of PHRASES) {
        if (!ids.includes(phrase.id)) continue;
        for (const match of plain.matchAll(phrase.pattern)) {
          const span = view.map.span(
            Math.min(match.index, view.text.length),
            Math.min(match.index + match[0].length, view.text.length),
          );
          const at = start + span.start;
          // What matches as it stands is no disguise, whatever else in the text was undone.
          const plainly = new RegExp(phrase.pattern.source).test(
            text
              .slice(at, start + span.end)
              .toLowerCase()
              .replaceAll('’', "'"),
          );
          const disguised = view.via.length > 0 && !plainly;
          const standing = disguised
            ? 'said'
            : of === 'program'
              ? isSpokenAbout(text, at, start + span.end)
                ? 'shown'
                : 'said'
              : standingOf(text, at, start + span.end);
          const quoted = standing !== 'said';
          if (!disguised && NEGATED.test(text.slice(Math.max(0, at - 60), at))) continue;
          const severity = disguised ? 'high' : standing === 'said' ? phrase.severity : lowered(phrase, standing);
          const kind = `${phrase.id} ${severity}`;
          const count = counts.get(kind) ?? 0;
          const known = found.some(
            (one) => one.phrase === phrase && Math.abs(one.at - at) < 80 && isAtLeast(one.severity, severity),
          );
          if (known || count >= MOST) continue;
          counts.set(kind, count + 1);
          found.push({ phrase, at, severity, via: disguised ? view.via : [], quoted });
        }
      }
    }
  }
  return found;
}

/** What is shown weighs little; with a command beside it, or as an order to send something away, it is still looked at. */
function lowered({ id, severity }: Phrase, standing: 'shown' | 'loaded'): Severity {
  if (severity === 'low') return 'low';
  return standing === 'loaded' || id === 'send-away' ? 'medium' : 'low';
}

function isSpokenAbout(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 160), start);
  const after = text.slice(end, end + 80);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (/["'“‘`「«]\s{0,2}[^"'”’`\n]{0,60}$/.test(line) && /^[^"'“‘`\n]{0,80}["'”’`」»]/.test(after)) return true;
  return ABOUT.test(before) || ABOUT.test(after.split('\n')[0]!);
}
