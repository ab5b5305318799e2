// The regions of an address space as /proc/PID/maps has them, and how much of each is in memory.
import {
  eachLeaf,
  findRegion,
  frameOf,
  permissionText,
  PTE_HUGE,
  regionHoldings,
  regionLine,
  regionName,
  HUGE_FRAMES,
  type Kernel,
  type Mm,
  type Region,
} from '../../kernel/index.ts'
import { mmOf, taskOf, userAddress } from './ask.ts'
import { view } from './define.ts'
import { digits, left, MAPS_DIGITS, right, table } from './layout.ts'

export interface RegionData {
  start: number
  end: number
  permissions: string
  offset: number
  name: string
  /** The line of /proc/PID/maps. */
  line: string
  /** Pages that map the page of zeroes: not part of the resident set. */
  zeroPages: number
  /** Bytes. `shared`: mapped by somebody else too. `dirty`: what giving it back would lose. */
  resident: number
  shared: number
  dirty: number
  anonymous: number
  huge: number
  growsDown: boolean
  locked: boolean
}

export interface RegionsData {
  pid: number
  comm: string
  regions: RegionData[]
}

const KIB = 1024

export const regionsView = view<RegionsData>({
  name: 'regions',
  doc: 'Regions of a task as /proc/PID/maps has them, with what is resident, shared and dirty of each.',
  arguments: ['pid', 'address'],

  data(k, args) {
    const task = taskOf(k, args)
    const mm = mmOf(task)
    const only = args.address === undefined ? null : findRegion(mm, userAddress(args.address))
    const regions = args.address === undefined ? mm.regions : only === null ? [] : [only]
    return { pid: task.pid, comm: task.comm, regions: regions.map(region => regionData(k, mm, region)) }
  },

  text({ pid, comm, regions }, width) {
    const kib = (bytes: number): number => bytes / KIB
    const rows = regions.map(r => [
      `${digits(r.start, MAPS_DIGITS)}-${digits(r.end, MAPS_DIGITS)}`,
      r.permissions,
      kib(r.end - r.start),
      kib(r.resident),
      kib(r.shared),
      kib(r.dirty),
      r.name,
    ])
    return [
      `pid ${pid} (${comm}), sizes in KiB`,
      ...table([left('Address'), left('Perm'), right('Size'), right('RSS'), right('Shared'), right('Dirty'), left('Mapping')], rows, width),
    ]
  },
})

function regionData(k: Kernel, mm: Mm, region: Region): RegionData {
  const held = regionHoldings(k, mm, region)
  let zeroPages = 0
  eachLeaf(k, mm, region.start, region.end, (_va, _at, entry) => {
    if (frameOf(entry) === k.state.frames.zero) zeroPages += entry & PTE_HUGE ? HUGE_FRAMES : 1
  })
  return {
    start: region.start,
    end: region.end,
    permissions: permissionText(region),
    offset: region.offset,
    name: regionName(k, mm, region),
    line: regionLine(k, mm, region).trimEnd(),
    zeroPages,
    resident: held.rss + held.sharedHugetlb + held.privateHugetlb,
    shared: held.sharedClean + held.sharedDirty + held.sharedHugetlb,
    dirty: held.privateDirty + held.sharedDirty + held.privateHugetlb + held.sharedHugetlb,
    anonymous: held.anonymous,
    huge: held.anonymousHuge + held.sharedHugetlb + held.privateHugetlb,
    growsDown: region.growsDown,
    locked: region.locked,
  }
}
