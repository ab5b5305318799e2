// Files that are made from tables or sources of ours and kept, because users read them as files: they say what those say.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { includeFiles } from '../kernel/index.ts'

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
/** After a change of what it is made from, the file follows by this. */
const HOW = 'the file is made: write it anew by `npm run generate`'

test.each(includeFiles().map(({ name, text }) => [`programs/include/${name}`, text]))('%s', async (name, text) => {
  await expect(text, HOW).toMatchFileSnapshot(path(name))
})
