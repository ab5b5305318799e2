// The tree of /sys (sysfs(5)): what this machine has. Bus and block are empty, as there are no such devices.
import { EINVAL } from '../abi/index.ts'
import { HUGE_FRAMES, HUGE_PAGE, USE_HUGETLB, type ThpPolicy } from '../mm/index.ts'
import { devices } from '../fs/index.ts'
import type { Kernel } from '../kernel.ts'
import { LOOPBACK } from '../net/index.ts'
import { cpuDirectory, nodeDirectory } from './cpu.ts'
import { directory, EMPTY, link, shown, value, type SysDirectory, type SysFile, type SysNode } from './nodes.ts'

/** One of several words: the chosen one stands in brackets. */
const choice = <T extends string>(words: readonly T[], get: (k: Kernel) => T, set: (k: Kernel, word: T) => void): SysFile => ({
  text: k => `${words.map(word => (word === get(k) ? `[${word}]` : word)).join(' ')}\n`,
  write(k, text) {
    const word = words.find(w => w === text.replace(/\n$/, ''))
    if (word === undefined) throw EINVAL
    set(k, word)
  },
})

const POLICIES: readonly ThpPolicy[] = ['always', 'madvise', 'never']

const transparentHugePages = directory({
  enabled: choice(
    POLICIES,
    k => k.state.thp,
    (k, policy) => (k.state.thp = policy),
  ),
  // Memory is not moved to make room for a huge page.
  defrag: value('always defer defer+madvise madvise [never]'),
  hpage_pmd_size: shown(() => HUGE_PAGE),
  shmem_enabled: value('always within_size advise [never] deny force'),
  use_zero_page: value(0),
})

/** None are kept in store: each one in use was taken from free memory. */
const hugePages = directory({
  'hugepages-2048kB': directory({
    free_hugepages: value(0),
    nr_hugepages: shown(k => k.state.frames.used[USE_HUGETLB] / HUGE_FRAMES),
    nr_overcommit_hugepages: shown(k => Math.floor(k.state.frames.total / HUGE_FRAMES)),
    resv_hugepages: value(0),
    surplus_hugepages: shown(k => k.state.frames.used[USE_HUGETLB] / HUGE_FRAMES),
  }),
})

/** The class of a character device by its major number. */
const CLASSES: Readonly<Record<number, string>> = { 1: 'mem', 4: 'tty', 5: 'tty' }
const ofClass = (name: string) => devices.filter(device => CLASSES[device.major] === name)
const classNames = [...new Set(Object.values(CLASSES))]

const deviceDirectories = (name: string): SysDirectory =>
  directory(() =>
    Object.fromEntries(
      ofClass(name).map(device => [
        device.name,
        directory({
          ...(device.name === 'console' ? { active: value('ttyS0') } : {}),
          dev: value(`${device.major}:${device.minor}`),
          subsystem: link(`../../../../class/${name}`),
          uevent: value(`MAJOR=${device.major}\nMINOR=${device.minor}\nDEVNAME=${device.name}`),
        }),
      ]),
    ),
  )

const classLinks = (name: string): SysDirectory =>
  directory(() => Object.fromEntries(ofClass(name).map(device => [device.name, link(`../../devices/virtual/${name}/${device.name}`)])))

const numberLinks = directory(() =>
  Object.fromEntries(
    classNames.flatMap(name =>
      ofClass(name).map(device => [`${device.major}:${device.minor}`, link(`../../devices/virtual/${name}/${device.name}`)]),
    ),
  ),
)

const NO_ADDRESS = '00:00:00:00:00:00'
const COUNTERS = 'collisions multicast rx_bytes rx_dropped rx_errors rx_packets tx_bytes tx_dropped tx_errors tx_packets'.split(' ')

/** The loopback device. */
const loopback = directory({
  addr_assign_type: value(0),
  addr_len: value(6),
  address: value(NO_ADDRESS),
  broadcast: value(NO_ADDRESS),
  carrier: value(1),
  dev_id: value('0x0'),
  dormant: value(0),
  flags: value(`0x${(LOOPBACK.flags & 0x3f).toString(16)}`),
  ifindex: value(LOOPBACK.index),
  iflink: value(LOOPBACK.index),
  link_mode: value(0),
  mtu: value(LOOPBACK.mtu),
  operstate: value('unknown'),
  statistics: directory(Object.fromEntries(COUNTERS.map(name => [name, value(0)]))),
  subsystem: link('../../../../class/net'),
  tx_queue_len: value(LOOPBACK.queue),
  type: value(LOOPBACK.hardware),
  uevent: value(`INTERFACE=lo\nIFINDEX=${LOOPBACK.index}`),
})

const sysRoot: SysDirectory = directory({
  block: EMPTY,
  bus: directory({ cpu: EMPTY }),
  class: directory({
    block: EMPTY,
    net: directory({ lo: link('../../devices/virtual/net/lo') }),
    ...Object.fromEntries(classNames.map(name => [name, classLinks(name)])),
  }),
  dev: directory({ block: EMPTY, char: numberLinks }),
  devices: directory({
    system: directory({ cpu: cpuDirectory, node: nodeDirectory }),
    virtual: directory({
      net: directory({ lo: loopback }),
      ...Object.fromEntries(classNames.map(name => [name, deviceDirectories(name)])),
    }),
  }),
  firmware: EMPTY,
  fs: directory({ cgroup: EMPTY }),
  kernel: directory({
    address_bits: value(64),
    cpu_byteorder: value('little'),
    fscaps: value(1),
    mm: directory({ hugepages: hugePages, transparent_hugepage: transparentHugePages }),
    uevent_seqnum: value(0),
  }),
  module: EMPTY,
  power: EMPTY,
})

/** The node at a path below /sys ('' is the root), or null. */
export function nodeAt(k: Kernel, path: string): SysNode | null {
  let node: SysNode = sysRoot
  for (const name of path === '' ? [] : path.split('/')) {
    if (!('entries' in node)) return null
    const entries: Readonly<Record<string, SysNode>> = node.entries(k)
    if (!Object.hasOwn(entries, name)) return null
    node = entries[name]
  }
  return node
}
