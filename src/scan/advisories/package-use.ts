import type { DockerInstruction } from '../../formats/located/dockerfile.ts';
import type { LineIndex } from '../../formats/located/line-index.ts';
import type { AgentServer } from '../agents/agent-fact.ts';
import { launchOf } from '../agents/launch.ts';
import { show } from '../agents/show.ts';
import { titled } from '../infra/exposure.ts';
import { imageName, type Workload } from '../infra/workload.ts';
import type { Spot } from '../fact.ts';
import { type Ecosystem, isVersion } from './compare-versions.ts';
import { productOfImage, versionOfTag } from './image-product.ts';

/** A package and its version, where a file says what runs, is installed or is fetched. */
export interface PackageUse extends Spot {
  readonly kind: 'package';
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** null: whatever is newest. */
  readonly version: string | null;
  /** Begins the sentence: `The service "x" runs ollama 0.1.33`. Plain characters. */
  readonly says: string;
  /** `server`: what an agent starts. */
  readonly by: 'image' | 'install' | 'list' | 'lock' | 'server';
}

/** The product and version that a container's image stands for; null for images of which nothing is known, and for tags that move. */
export function imageUse(workload: Workload): PackageUse | null {
  const product = productOfImage(imageName(workload));
  const tag = /:([^:/@]{1,128})(?:@|$)/.exec(workload.image?.text ?? '')?.[1];
  if (product === null || tag === undefined) return null;
  const version = versionOfTag(product, tag);
  if (version === null) return null;
  const short = product.name.slice(product.name.lastIndexOf('/') + 1);
  return {
    kind: 'package',
    ...workload.image!.at,
    ...product,
    version,
    says: `${titled(workload)} runs ${short} ${version.replace('.999999', '')}`,
    by: 'image',
  };
}

const PIP = /(?<=[\s"'])([a-z0-9][\w.-]{0,80})(?:\[[\w,. -]{1,80}\])?={2,3}(\d[\w.!+-]{0,60})(?![\w.!+*-])/gi;
const NPM = /(?<=[\s"'])((?:@[\w.-]{1,60}\/)?[a-z0-9][\w.-]{0,80})@(\d[\w.+-]{0,60})(?=[\s"';&]|$)/gi;

/** Packages that a Dockerfile installs by name and version, with pip, uv and the like or with npm and the like. */
export function installUses(instructions: readonly DockerInstruction[], lines: LineIndex): readonly PackageUse[] {
  return instructions.flatMap(({ name, text, start }): PackageUse[] => {
    if (name !== 'RUN') return [];
    const found: PackageUse[] = [];
    const add = (ecosystem: Ecosystem, pattern: RegExp): void => {
      for (const [, one, version] of text.matchAll(pattern)) {
        const says = `The image installs ${one!} ${version!}`;
        const use = { ecosystem, name: one!, version: version!, says, by: 'install' } as const;
        found.push({ kind: 'package', ...lines.place(start), ...use });
      }
    };
    if (/\b(?:pip|uv|pipx|conda|mamba|poetry)\b/.test(text)) add('PyPI', PIP);
    if (/\b(?:npm|npx|pnpm|yarn|bunx?)\b/.test(text)) add('npm', NPM);
    for (const one of unpinned(text)) {
      const use = {
        ecosystem: 'PyPI',
        name: one,
        version: null,
        says: `The image installs ${one}`,
        by: 'install',
      } as const;
      found.push({ kind: 'package', ...lines.place(start), ...use });
    }
    return found;
  });
}

/** Options of pip and uv that take the next word. */
const TAKES_WORD =
  /^(?:-[rceiftd]|--(?:requirement|constraint|index-url|extra-index-url|find-links|target|python|platform|prefix|root|trusted-host|timeout|retries|cache-dir))$/;
const MOST_WORDS = 500;

/** Names that `pip install` is given without a version. Of these only packages of which no version is good can be found. */
function unpinned(text: string): readonly string[] {
  const found: string[] = [];
  for (const command of text.split(/&&|\|\||[;|\n]/)) {
    const words = command.trim().split(/\s+/).slice(0, MOST_WORDS);
    const from = words.findIndex(
      (word, index) => word === 'install' && /(?:^|\/)(?:pip[\d.]*|pipx)$/.test(words[index - 1] ?? ''),
    );
    if (from === -1) continue;
    for (let index = from + 1; index < words.length; index++) {
      const word = words[index]!.replace(/^["']|["']$/g, '');
      if (word.startsWith('-')) {
        if (TAKES_WORD.test(word)) index++;
      } else if (
        /^[A-Za-z0-9](?:[\w.-]{0,80}[A-Za-z0-9])?(?:\[[\w,.-]{1,80}\])?$/.test(word) &&
        !/\.(?:whl|zip|gz|txt)$/.test(word)
      )
        found.push(word.replace(/\[.{0,100}$/, ''));
    }
  }
  return found;
}

/** Packages that an agent starts as servers. A range (`^1`, `1.2` of npm) is no version: whatever is newest in it runs. */
export function launchUses(server: AgentServer): readonly PackageUse[] {
  return launchOf(server).packages.flatMap((one): PackageUse[] => {
    if (one.from !== 'registry') return [];
    const ecosystem = one.ecosystem === 'npm' ? 'npm' : 'PyPI';
    const exact =
      one.version !== null &&
      isVersion(ecosystem, one.version) &&
      (ecosystem === 'PyPI' || /^v?\d+\.\d+\.\d/.test(one.version));
    const says = `The server ${show(server.name)} runs ${show(one.at.text)}`;
    return [{ kind: 'package', ...one.at.at, ecosystem, name: one.name, version: exact ? one.version : null, says, by: 'server' }]; // prettier-ignore
  });
}
