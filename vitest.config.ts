import { defineConfig } from 'vitest/config'

/** Tests that hold time limits of seconds against a real clock: what runs beside them would make them late. */
const ALONE = [
  'conformance/**/*.test.ts',
  'packages/cli/test/program.test.ts',
  'packages/gateway/test/store/{processes,sqlite}.test.ts',
  'packages/guard/test/passwords.test.ts',
]

export default defineConfig({
  // Tests run the sources: `source` is the condition that every package.json points at src/.
  resolve: { conditions: ['source', 'node'] },
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // It has a condition `source` of its own, which leads to TypeScript that Node does not read.
    server: { deps: { inline: [/@modelcontextprotocol/, /eventsource/] } },
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: ALONE, exclude: ['**/node_modules/**', '**/dist/**'], maxWorkers: 1, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'others',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: [...ALONE, '**/node_modules/**', '**/dist/**'],
          // By default one worker fewer than there are cores, which on two cores is half of the machine.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
