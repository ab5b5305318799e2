// The model against itself, not against a paper: listed here so that the table of scenarios is whole, run with the tests.
import type { Scenario } from '../scenario.ts'

export const metamorphic: Scenario = {
  name: 'metamorphic',
  title: 'The model against itself',
  question:
    'Does raising a latency never lower the total (under LRU)? Does zeroing one change its own column only? Do timed and fast runs end in the same state?',
  source: 'the design of the timing model',
  labs: [],
  operation: '',
  elsewhere: 'part of the tests: npm test',
  cells: () => [],
  claims: () => [],
  charts: () => [],
}
