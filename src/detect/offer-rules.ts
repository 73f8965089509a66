import type { RE2JS } from 're2js';
import { linearPattern } from '../text/linear-pattern.ts';

/** What a description of a tool has no business saying. Phrases are matched on the plain, lower-case text with single spaces. */
export interface OfferRule {
  readonly id: string;
  readonly message: string;
  /** Of all its phrases. */
  readonly pattern: () => RE2JS;
}

/** Words between two parts of a phrase. */
const GAP = String.raw`(?:[^\s.!?]{1,24} ){0,5}?`;
const of = (...sources: readonly string[]): (() => RE2JS) =>
  linearPattern(sources.map((source) => source.replaceAll('…', GAP)));

export const OFFER_RULES: readonly OfferRule[] = [
  {
    id: 'pretended-authority',
    message: 'Has a mark that makes a text look like an order of the system.',
    pattern: of(
      String.raw`</?(?:important|system|instructions?|secret|hidden|critical|urgent|admin|assistant|developer|rules?|policy|priority)(?:[\s_-][^>]{0,64})?>`,
      String.raw`\[\/?(?:inst|system|important|admin)\]`,
      String.raw`<\|(?:im_start|im_end|system|user|assistant|endoftext)[^|]{0,32}\|>`,
      String.raw`(?:^|[\n.!?] ?)(?:system|developer)(?: prompt| message| note)?: `,
    ),
  },
  {
    id: 'secrecy',
    message: 'Asks that the user is not told.',
    pattern: of(
      String.raw`\b(?:do not|don'?t|never|must not|should not|shouldn'?t|without|avoid) …(?:tell|telling|mention|mentioning|inform|informing|notify|notifying|reveal|revealing|disclose|disclosing|show|showing|alert|alerting) …(?:the |any )?(?:user|users|human|operator|anyone|anybody|him|her|them)\b`,
      String.raw`\b(?:hide|conceal|keep) …(?:this|it|these|that) …(?:from the user|from users|secret|hidden|confidential)\b`,
      String.raw`\b(?:silently|secretly|covertly|quietly) (?:call|send|read|include|pass|use|run|execute|forward|append|add|copy|upload)\b`,
      String.raw`\bthe user (?:must|should|does|need) not (?:know|see|notice|be told|be aware)`,
      String.raw`\b(?:sag|erzähl|verrate|zeig)\w* …(?:dem|der) (?:benutzer|nutzer)\w* …(?:nicht|nichts)\b`,
      String.raw`\bne (?:dis|dites|mentionne|révèle|montre)\w* …(?:pas|rien) …(?:l'utilisateur|utilisateur)`,
      String.raw`\bno (?:le )?(?:digas|menciones|reveles|muestres|informes)\b …(?:usuario)`,
    ),
  },
  {
    id: 'precedence',
    message: "Wants to be obeyed before, or instead of, other tools or the user's wishes.",
    pattern: of(
      String.raw`\b(?:ignore|disregard|forget|override|bypass) …(?:previous|prior|above|earlier|other|all|any|existing|your|system|safety) …(?:instructions?|prompts?|rules?|directives?|guidelines?|polic(?:y|ies)|messages?)\b`,
      String.raw`\bbefore (?:using|calling|invoking|running|executing|you (?:use|call|invoke|run|execute)|any use of|every use of) …(?:any|other|another|all|every|each|this|the) …(?:tools?|functions?|commands?|actions?)\b`,
      String.raw`\b(?:whenever|every time|each time|any time|always when) …(?:you )?(?:use|call|invoke|run|are using|are calling) …(?:any|other|another|the|this) …(?:tools?|functions?)\b`,
      String.raw`\b(?:must|always|have to|need to|required to) (?:first |also |always )?(?:call|use|invoke|run|execute) this (?:tool|function) …(?:first|before|instead|always|every)\b`,
      String.raw`\b(?:this|it) (?:tool )?(?:takes precedence|overrides|supersedes|replaces) …(?:other|all|any|previous)\b`,
      String.raw`\b(?:vor|bevor) …(?:jede[rsnm]?|alle[rsnm]?|andere[rsnm]?) …(?:werkzeug|tool|funktion|aufruf)\w*`,
    ),
  },
  {
    id: 'secret-source',
    message: 'Names a place where secrets lie.',
    pattern: of(
      String.raw`(?:~|\$home|/root|/home/[\w.-]{1,32}|/users/[\w.-]{1,32})/\.(?:ssh|aws|gnupg|kube|docker|cursor|claude|netrc|npmrc|pypirc|config/gcloud|bash_history|zsh_history)`,
      String.raw`\b(?:id_rsa|id_ed25519|id_ecdsa|authorized_keys|known_hosts)\b`,
      String.raw`/etc/(?:passwd|shadow|sudoers)\b|\bproc/self/environ\b`,
      String.raw`(?:^|[\s"'\x60/(])\.(?:env|netrc|npmrc|pgpass)(?:\.[a-z]{2,12})?(?:$|[\s"'\x60,;:)])`,
      String.raw`\b(?:mcp|claude_desktop_config|credentials|service[-_]account|secrets)\.(?:json|ya?ml|toml)\b`,
      String.raw`\b(?:read|send|include|pass|provide|attach|copy|insert|put) …(?:system prompt|conversation history|chat history|private keys?|api[ _-]?keys?|passwords?|access tokens?|credentials|environment variables)\b`,
    ),
  },
  {
    id: 'exfiltration',
    message: 'Asks that data of the conversation be put into a call.',
    pattern: of(
      String.raw`\b(?:pass|include|put|send|append|provide|forward|copy|transmit|upload|post|attach) …(?:contents?|full text|everything|all|entire|whole|complete) …(?:conversation|chat|history|context|prompt|messages?|file|files|memory|document)\b …(?:as|in|into|to|via|through) `,
      String.raw`\b(?:change|replace|redirect|set|alter|modify) …(?:recipient|address|destination|iban|account|phone number|to field) …(?:to|with) [^\s]{3,}`,
      String.raw`\b(?:bcc|cc|copy|forward) …(?:every|all|each) …(?:emails?|messages?|mails?|results?) …to\b`,
    ),
  },
];
