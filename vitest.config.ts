import { defineConfig } from 'vitest/config'
// The ordinary tests need nothing but Node; test/oracle needs Debian's cross tools and has its own config.
export default defineConfig({ test: { include: ['**/*.test.ts'], exclude: ['node_modules/**', 'dist/**', 'test/oracle/**'], testTimeout: 30_000 } })
