// Physical memory is a map of ranges: RAM, and whatever devices the platform has. What lies in none of them cannot be accessed.
import { PAGE_SIZE, RAM_BASE, RAM_PPN } from './layout.ts'
import type { Machine, PhysicalRange, Platform } from './state.ts'

/** RAM first. Ranges are whole pages, and no two have a page in common. */
export function physicalMap(ramBytes: number, { name, devices }: Platform): readonly PhysicalRange[] {
  const map: PhysicalRange[] = [{ kind: 'ram', start: RAM_BASE, bytes: ramBytes }]
  for (const { start, bytes } of devices) {
    if (start % PAGE_SIZE !== 0 || bytes % PAGE_SIZE !== 0) throw new Error(`platform ${name}: a device's range is whole pages`)
    if (map.some(r => start < r.start + r.bytes && r.start < start + bytes)) throw new Error(`platform ${name}: ranges overlap at ${start}`)
    map.push({ kind: 'device', start, bytes })
  }
  return map
}

/** Is this page a device's? `frame` counts from RAM's first, as everywhere: it is negative below RAM. */
export function isDevice(machine: Machine, frame: number): boolean {
  const at = (frame + RAM_PPN) * PAGE_SIZE
  for (const { kind, start, bytes } of machine.physical) if (kind === 'device' && at >= start && at < start + bytes) return true
  return false
}
