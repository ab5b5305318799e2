// The row of stress-ng: every stressor that needs no device, a second each, by its classes.
import type { Row } from './row.ts'

const CLASSES = ['cpu', 'cpu-cache', 'filesystem', 'interrupt', 'io', 'memory', 'network', 'os', 'pipe', 'scheduler', 'signal', 'vm']
export const STRESS: Row = {
  program: 'stress-ng',
  what: 'each stressor that a real kernel runs here, for a second, verified by itself; by class',
  packages: ['stress-ng'],
  noQemu: 'takes an hour',
  seconds: 1200,
  cases: CLASSES.map(name => ({
    name,
    script: `stress-ng --class ${name}? 2>&1 | sed 's/.*: //' | tr ' ' '\\n' | grep . | sort | while read s; do timeout -k 2 60 stress-ng --$s 1 --timeout 1 --verify --oomable --temp-path /tmp/w > s.out 2>&1 < /dev/null; echo "$s $?"; grep -o 'skipp.*' s.out | head -n 1; done`,
  })),
}
