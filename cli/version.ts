// What `--version` says; package.json says the same (test/flows/cli.test.ts).
export const VERSION = '0.1.0'
