import { defineConfig, type OxlintOverride } from 'oxlint';
import { NOWHERE, ONE_FILE_MODULES, ONE_FILE_PACKAGES, ROOMS, type Room, type RoomName } from './rooms.ts';

/**
 * Lint for the editor: the same table that `test/architecture.test.ts` enforces. Where the two differ, the test
 * is right; this one is there to say so while one types.
 */
const names = Object.keys(ROOMS) as RoomName[];
const forbiddenModules = Object.entries(NOWHERE)
  .filter(([name]) => name.startsWith('node:'))
  .map(([name, reason]) => ({ name, message: `Nowhere in src: ${reason}.` }));

function restrictionsOf(name: RoomName): OxlintOverride {
  const room: Room = ROOMS[name];
  const closed = names.filter((other) => other !== name && !room.imports.includes(other));
  return {
    files: [`src/${name}/**/*.ts`],
    excludeFiles: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            ...forbiddenModules,
            ...Object.entries(ONE_FILE_MODULES)
              .filter(([, { file }]) => !file.startsWith(`src/${name}/`))
              .map(([module, { file, reason }]) => ({ name: module, message: `Only ${file} imports it: ${reason}.` })),
            ...Object.entries(ONE_FILE_PACKAGES)
              .filter(([, file]) => !file.startsWith(`src/${name}/`))
              .map(([pkg, file]) => ({ name: pkg, message: `Only ${file} imports it (rooms.ts).` })),
          ],
          patterns: closed.map((other) => ({
            group: [`**/${other}/**`],
            message: `The room ${name} may not import ${other} (rooms.ts).`,
          })),
        },
      ],
    },
  };
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'off', perf: 'off', style: 'off' },
  ignorePatterns: ['console/**', 'dist/**', '**/fixtures/**'],
  options: { typeAware: true },
  rules: {
    eqeqeq: ['error', 'smart'],
    'no-eval': 'error',
    'no-implied-eval': 'error',
    'no-new-func': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-control-regex': 'off', // control characters are what much of this code looks for
    'import/no-cycle': 'error',
    'import/no-default-export': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': ['error', { checksVoidReturn: false }],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/restrict-template-expressions': 'off', // numbers in messages are fine
    'typescript/no-base-to-string': 'off', // what came out of JSON is shown as text
    'typescript/require-array-sort-compare': 'off', // by code units is an order, too
    'typescript/unbound-method': 'off',
    'typescript/await-thenable': 'off', // contracts answer `T | Promise<T>` so that the common path has no promise
    'typescript/no-misused-spread': 'off', // a string is spread where code points are wanted
    'unicorn/no-new-array': 'off', // `new Array(n)` with a number is how a length is given
  },
  overrides: [
    { files: ['src/**/*.ts'], rules: { 'no-console': 'error' } },
    ...names.map(restrictionsOf),
    {
      // node:test's `test()` and `describe()` return promises that the runner awaits.
      files: ['**/*.test.ts'],
      rules: { 'typescript/no-floating-promises': 'off' },
    },
  ],
});
