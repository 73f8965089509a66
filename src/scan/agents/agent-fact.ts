import type { LineIndex } from '../../formats/located/line-index.ts';
import type { Spot } from '../fact.ts';
import type { AgentHost, AgentScope } from './agent-file.ts';
import type { SkillDependency } from './skill-dependencies.ts';

/** A text that stands somewhere in a configuration. */
export interface AgentValue {
  readonly text: string;
  readonly at: Spot;
}

/** A value with the name that it has in a map: a variable, a header, an option. */
export interface AgentNamed extends AgentValue {
  readonly name: string;
}

/** How an agent starts or reaches one MCP server. */
export interface AgentServer {
  readonly name: string;
  readonly host: AgentHost;
  readonly scope: AgentScope;
  /** Absent for a server that is reached by address. */
  readonly command: AgentValue | null;
  readonly args: readonly AgentValue[];
  readonly url: AgentValue | null;
  readonly env: readonly AgentNamed[];
  readonly headers: readonly AgentNamed[];
  /** Every other scalar, by its path: `disabled`, `alwaysAllow.0`, `oauth.clientId`. */
  readonly options: readonly AgentNamed[];
}

/** A tool, prompt or resource as its server describes it (`tools/list` and the like, saved to a file). */
export interface AgentOffer {
  readonly what: 'tool' | 'prompt' | 'resource';
  readonly name: string;
  /** Whom it belongs to, where the file says so. */
  readonly server: string | null;
  readonly description: string;
  /** Every string in it and every name of a member, with its path. */
  readonly texts: readonly AgentNamed[];
  /** The input schema is an object that says what its members are. */
  readonly schema: 'described' | 'open' | 'missing';
}

/** What kind of text an agent reads as if somebody in charge had said it. */
export type AgentTextKind = 'skill' | 'instructions' | 'command' | 'subagent' | 'skill-document';

/** A text that becomes part of an agent's prompt. */
export interface AgentText {
  readonly what: AgentTextKind;
  readonly host: AgentHost;
  readonly text: string;
  readonly lines: LineIndex;
  /** Where the text after the front matter begins, in UTF-16 units. */
  readonly bodyStart: number;
  /** Scalars of the front matter, by path; null where there is none. */
  readonly head: readonly AgentNamed[] | null;
  /** The front matter breaks the rules of YAML; `head` then has what its lines say. */
  readonly headDamaged: boolean;
  /** Name of the folder around a SKILL.md, or null. */
  readonly folder: string | null;
}

/** A program text that comes with a skill, or that a hook runs. */
export interface AgentScript {
  readonly language: 'shell' | 'python' | 'javascript' | 'powershell' | 'other';
  readonly text: string;
  readonly lines: LineIndex;
}

/** Facts about agents: their configurations, and what they read. */
export type AgentFact =
  | (Spot & { readonly kind: 'agent-server'; readonly server: AgentServer })
  /** Servers of one file, for what only shows between them. */
  | (Spot & { readonly kind: 'agent-servers'; readonly servers: readonly AgentServer[] })
  /** One scalar of a settings file. */
  | (Spot & {
      readonly kind: 'agent-setting';
      readonly host: AgentHost;
      readonly scope: AgentScope;
      readonly path: string;
      readonly text: string;
    })
  /** A command that the agent runs by itself: hooks, status lines, helpers for keys, tasks at opening. */
  | (Spot & {
      readonly kind: 'agent-hook';
      readonly host: AgentHost;
      readonly scope: AgentScope;
      readonly event: string;
      readonly command: string;
    })
  /** A rule that lets tools run without a question: `Bash(npm test)`. */
  | (Spot & {
      readonly kind: 'agent-permission';
      readonly host: AgentHost;
      readonly scope: AgentScope | 'front-matter';
      readonly rule: string;
    })
  | (Spot & { readonly kind: 'agent-offer'; readonly offer: AgentOffer })
  /** All that one file offers, for what only shows between them. */
  | (Spot & { readonly kind: 'agent-offers'; readonly offers: readonly (AgentOffer & { readonly at: Spot })[] })
  | (Spot & { readonly kind: 'agent-text'; readonly doc: AgentText })
  | (Spot & { readonly kind: 'agent-script'; readonly script: AgentScript })
  /** Something in a skill that nobody can read. */
  | (Spot & {
      readonly kind: 'agent-opaque';
      readonly what: 'bytecode' | 'unchecked-bytecode' | 'hidden-member' | 'encrypted' | 'encoded-blob' | 'binary';
      readonly detail: string;
    })
  /** A link in a skill that leads out of it. */
  | (Spot & { readonly kind: 'agent-link'; readonly target: string })
  /** A script that a package manager runs while it installs what comes with a skill or an extension. */
  | (Spot & { readonly kind: 'agent-install-script'; readonly name: string; readonly command: string })
  /** Packages that a list in a skill names. */
  | (Spot & { readonly kind: 'agent-dependencies'; readonly dependencies: readonly SkillDependency[] })
  /** What a lock file remembers: one definition, with a digest of all of it. Judged across files, not by rules over one. */
  | (Spot & { readonly kind: 'agent-definition'; readonly definition: AgentDefinition });

/** A definition as locks and comparisons across files see it. */
export interface AgentDefinition {
  readonly what: 'server' | 'tool' | 'prompt' | 'resource' | 'skill' | 'skill-file' | 'instructions' | 'hook';
  readonly name: string;
  /** Folder of the skill, for its files. */
  readonly skill: string | null;
  /** SHA-256 (hex) of the canonical text of everything in it. */
  readonly digest: string;
  /** Its members in short, for saying which of them changed; no values of variables. */
  readonly members: Readonly<Record<string, string>>;
  /** What a skill or tool says it is for. */
  readonly description: string;
  readonly at: Spot;
}
