// Comparisons with gcc, binutils, QEMU and Debian's programs: `npm run test:oracle`. What is not installed is skipped, loudly.
import { defineConfig } from 'vitest/config'
import { bundledTests, WORKER_FLAGS } from './test/bundle.ts'

export default defineConfig(async ({ mode }) => ({
  plugins: mode === 'bundled' ? [await bundledTests()] : [],
  test: { include: ['test/oracle/**/*.test.ts'], testTimeout: 300_000, maxWorkers: '100%', execArgv: WORKER_FLAGS },
}))
