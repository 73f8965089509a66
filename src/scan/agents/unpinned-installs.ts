import { trimEndOf } from '../../text/trim-end-of.ts';

/** Installations in a text: `pip install`, `npm install -g`, `npx`, `uvx`, `uv tool install`, `cargo install`, `gem install`, `go install`. */
const INSTALLS: readonly { readonly pattern: RegExp; readonly pinned: RegExp }[] = [
  { pattern: /\b(?:pip3?|uv pip|pipx)[ \t]{1,4}install[ \t]{1,4}([^\n`;&|#)]{1,300})/g, pinned: /===?[ \t]{0,2}[\w.]/ },
  { pattern: /\buv[ \t]{1,4}(?:tool[ \t]{1,4}install|add)[ \t]{1,4}([^\n`;&|#)]{1,300})/g, pinned: /===?[ \t]{0,2}[\w.]|@\d/ },
  { pattern: /\b(?:npm[ \t]{1,4}(?:i|install)[ \t]{1,4}(?:-g|--global)|pnpm[ \t]{1,4}add[ \t]{1,4}-g|yarn[ \t]{1,4}global[ \t]{1,4}add)[ \t]{1,4}([^\n`;&|#)]{1,300})/g, pinned: /[^\s@]@v?\d+\.\d+/ },
  { pattern: /(?:^|[\s`$(])(?:npx|bunx|pnpm dlx|uvx)[ \t]{1,4}([^\n`;&|#)]{1,300})/gm, pinned: /[^\s@]@v?\d+\.\d+|==\d/ },
  { pattern: /\b(?:cargo|gem)[ \t]{1,4}install[ \t]{1,4}([^\n`;&|#)]{1,300})/g, pinned: /@\d|--version|-v[ \t]{1,2}\d|--path/ },
  { pattern: /\bgo[ \t]{1,4}install[ \t]{1,4}([^\n`;&|#)]{1,300})/g, pinned: /@v\d/ },
]; // prettier-ignore
/** Programs of Node's that a project has locked itself, when `npx` starts them. */
const LOCAL =
  /^(?:tsc|tsx|ts-node|eslint|prettier|jest|vitest|playwright|cypress|prisma|next|vite|webpack|rollup|mocha|turbo|nx|husky|lint-staged|biome|oxlint|storybook|wrangler|expo|electron|tailwindcss|drizzle-kit|knip|remotion|changeset|supabase|node)$/;

export interface UnpinnedInstall {
  readonly at: number;
  readonly name: string;
}

/** Packages that a text installs without a version; lists in files and folders of the project are pinned elsewhere or not at all. */
export function unpinnedInstalls(text: string): readonly UnpinnedInstall[] {
  const found = new Map<string, UnpinnedInstall>();
  for (const { pattern, pinned } of INSTALLS) {
    for (const match of text.matchAll(pattern)) {
      const rest = match[1]!;
      if (/(?:^|[ \t])(?:-r|--requirement|-e|--editable|\.{1,2}(?:[/[ ]|$))/.test(rest) || pinned.test(rest)) continue;
      const name = rest.split(/[ \t]+/).find((word) => /^["']?@?[A-Za-z][\w./@-]{1,100}/.test(word)) ?? '';
      const bare = trimEndOf(name.replace(/^["']/, ''), '"\',.:');
      if (
        bare === '' ||
        LOCAL.test(bare) ||
        /^(?:package|name|the|a|your|some|to|and|or|is|it|with|for|from|command|tool|package-name|pip)$/i.test(bare)
      )
        continue;
      if (!found.has(bare)) found.set(bare, { at: match.index, name: bare });
      if (found.size >= 50) return [...found.values()];
    }
  }
  return [...found.values()].toSorted((a, b) => a.at - b.at);
}
