// Options of ld that stand among the files keep their place there.
import { expect, test } from 'vitest'
import { LIBRARY_MARK, normalise, WHOLE_MARKS } from './gnu-flags.ts'

test('whole archives are those between the marks; groups are nothing', () => {
  const [whole, part] = Object.keys(WHOLE_MARKS)
  const words = ['ld', 'a.o', '--whole-archive', '-lx', '--no-whole-archive', '--start-group', '-l', 'y', '--end-group', '-(', 'b.a', '-)']
  expect(normalise(words)).toEqual(['ld', 'a.o', whole, `${LIBRARY_MARK}x`, part, `${LIBRARY_MARK}y`, 'b.a'])
  expect([WHOLE_MARKS[whole], WHOLE_MARKS[part]]).toEqual([true, false])
})
