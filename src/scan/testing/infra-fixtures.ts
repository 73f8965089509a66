import type { FamilyFixture } from './check-family.ts';

/** A compose file with one service; `lines` are the service's own, indented as if they began a file. */
export function compose(...lines: readonly string[]): FamilyFixture {
  return { name: 'compose.yaml', content: `services:\n  one:\n${lines.map((line) => `    ${line}\n`).join('')}` };
}

/** A pod with one container of these lines. */
export function pod(container: readonly string[], spec: readonly string[] = []): FamilyFixture {
  const body = container.map((line, at) => `${at === 0 ? '    - ' : '      '}${line}\n`).join('');
  return {
    name: 'pod.yaml',
    content: `apiVersion: v1\nkind: Pod\nmetadata:\n  name: one\nspec:\n${spec.map((line) => `  ${line}\n`).join('')}  containers:\n${body}`,
  };
}

export function manifest(...lines: readonly string[]): FamilyFixture {
  return { name: 'manifest.yaml', content: `${lines.join('\n')}\n` };
}

export function docker(...lines: readonly string[]): FamilyFixture {
  return { name: 'Dockerfile', content: `${lines.join('\n')}\n` };
}

export function workflow(...lines: readonly string[]): FamilyFixture {
  return { name: '.github/workflows/ci.yml', content: `${lines.join('\n')}\n` };
}

export function hcl(...lines: readonly string[]): FamilyFixture {
  return { name: 'main.tf', content: `${lines.join('\n')}\n` };
}

export function file(name: string, ...lines: readonly string[]): FamilyFixture {
  return { name, content: `${lines.join('\n')}\n` };
}
