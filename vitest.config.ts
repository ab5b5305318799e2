// The ordinary tests need nothing but Node; test/oracle needs Debian's cross tools and has its own config.
import { defineConfig } from 'vitest/config'
import { bundledTests, WORKER_FLAGS } from './test/bundle.ts'

export default defineConfig(async ({ mode }) => ({
  plugins: mode === 'bundled' ? [await bundledTests()] : [],
  // Every core: vitest leaves one free by default, which on a small machine is half of it.
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**', 'test/oracle/**'],
    // Ends what hangs, on a machine with much else to do; how fast things are is not asked here.
    testTimeout: 180_000,
    maxWorkers: '100%',
    execArgv: WORKER_FLAGS,
    isolate: false,
  },
}))
