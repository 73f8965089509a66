import type { Source } from './flow-state.ts';
import type { ToolProfile } from './tool-profile.ts';

/**
 * How far what a source says may go. `public`: anywhere. `internal`: to the user, and to whom the user or the record itself names.
 * `confidential`: to others with a person's consent alone, and to whom the user did not name not at all. `secret`: the same, and as soon
 * as the model has read it nothing leaves without a person, because a paraphrase looks like nothing that was read.
 */
export const LEVELS = ['public', 'internal', 'confidential', 'secret'] as const;
export type Level = (typeof LEVELS)[number];

/** What an operator has not declared: what anybody can look up, and the clock, are public; all else is the user's. */
export function defaultLevel(outside: boolean, clock: boolean): Level {
  return outside || clock ? 'public' : 'internal';
}

export function levelOf({ profile, written }: Source): Level {
  // What a call of the model's answers when it changed something is no data that was read.
  if (profile === null) return 'internal';
  return written && profile.level === 'internal' ? 'public' : profile.level;
}

export function isPrivate(source: Source): boolean {
  return levelOf(source) !== 'public';
}

/** Keys under which a record says who may read it, beside the user. */
const READER_WORDS = new Set(
  (
    'sender recipient recipients to from cc bcc participant participants attendee attendees member members owner owners author ' +
    'shared with reader readers viewer viewers editor editors collaborator collaborators organizer organiser invitee invitees ' +
    'assignee assignees customer client email emails'
  ).split(' '),
);

export function namesReaders(words: readonly string[]): boolean {
  return words.some((word) => READER_WORDS.has(word));
}

/** Names of tools that go out to somebody else's service to answer: what they are asked leaves the house. */
const OUTSIDE = new Set(
  (
    'web internet online google bing duckduckgo brave tavily wikipedia wiki arxiv pubmed reddit website webpage webpages websites url ' +
    'urls http https api browse browser scrape crawl site dns whois ping translate news rss'
  ).split(' '),
);

/** @param words of the tool's name. @param byUrl it takes an address to look at. @param openWorld it says so itself. */
export function goesOutside(words: readonly string[], byUrl: boolean, openWorld: boolean | undefined): boolean {
  return openWorld === true || byUrl || words.some((word) => OUTSIDE.has(word));
}

/** A call that lets something out without saying to whom: anybody may read it. */
export function isOutlet(profile: ToolProfile, roles: ReadonlySet<string>): boolean {
  if (profile.act !== 'send' && profile.act !== 'share') return false;
  return !roles.has('recipient') && !roles.has('url') && !roles.has('id') && !roles.has('name');
}
