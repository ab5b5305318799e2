// NETLINK_ROUTE (rtnetlink(7)): the loopback device, its addresses and the routes to them, which are all there are and cannot be changed.
import { AF_INET, AF_INET6, CAP_NET_ADMIN, ENETUNREACH, ENODEV, EOPNOTSUPP, EPERM } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import { addressBytes, addressText, isV6, kindOf, LOOPBACK4, LOOPBACK6 } from '../inet/address.ts'
import { LOOPBACK } from '../device.ts'
import { attributesOf, message, NLM_F, text, u32, u8, words, type Attribute, type Request } from './message.ts'

const RTM = {
  NEWLINK: 16,
  GETLINK: 18,
  NEWADDR: 20,
  GETADDR: 22,
  NEWROUTE: 24,
  GETROUTE: 26,
  GETNEIGH: 30,
  NEWRULE: 32,
  GETRULE: 34,
  GETQDISC: 38,
  GETNEIGHTBL: 66,
  GETNSID: 90,
  GETNETCONF: 82,
} as const
const LAST_TYPE = 123
/** Types come in fours: new, delete, get, set. */
const isGet = (type: number): boolean => (type & 3) === 2

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap(part => [...part]))
const HALF_FOREVER = 0xffffffff

function link(request: Request, flags: number): Uint8Array {
  const { index, mtu, queue, flags: state } = LOOPBACK
  const head = join(Uint8Array.of(0, 0, LOOPBACK.hardware & 0xff, LOOPBACK.hardware >> 8), u32(index), u32(state), u32(0))
  const attributes: Attribute[] = [
    [3, text('lo')],
    [13, u32(queue)],
    [16, u8(0)],
    [17, u8(0)],
    [4, u32(mtu)],
    [27, u32(0)],
    [40, u32(65535)],
    [41, u32(mtu)],
    [30, u32(0)],
    [31, u32(1)],
    [32, u32(1)],
    [33, u8(1)],
    [35, u32(0)],
    [47, u32(0)],
    [48, u32(0)],
    [39, u8(0)],
    [1, new Uint8Array(6)],
    [2, new Uint8Array(6)],
    [23, new Uint8Array(200)],
    [7, new Uint8Array(96)],
    [6, text('noqueue')],
  ]
  return message(request, RTM.NEWLINK, flags, head, attributes)
}

const PERMANENT = 0x80
const HOST_SCOPE = 254

function addresses(request: Request, family: number): Uint8Array[] {
  const cache = words(HALF_FOREVER, HALF_FOREVER, 0, 0)
  const four = addressBytes(AF_INET, LOOPBACK4)
  const rows: [number, () => Uint8Array][] = [
    [
      AF_INET,
      () =>
        message(request, RTM.NEWADDR, NLM_F.MULTI, join(Uint8Array.of(AF_INET, 8, PERMANENT, HOST_SCOPE), u32(LOOPBACK.index)), [
          [1, four],
          [2, four],
          [3, text('lo')],
          [8, u32(PERMANENT)],
          [6, cache],
        ]),
    ],
    [
      AF_INET6,
      () =>
        message(request, RTM.NEWADDR, NLM_F.MULTI, join(Uint8Array.of(AF_INET6, 128, PERMANENT, HOST_SCOPE), u32(LOOPBACK.index)), [
          [1, addressBytes(AF_INET6, LOOPBACK6)],
          [6, cache],
          [8, u32(PERMANENT)],
          [11, u8(1)],
        ]),
    ],
  ]
  return rows.filter(([of]) => family === 0 || family === of).map(([, make]) => make())
}

const LOCAL_TABLE = 255
const UNICAST = 1
const LOCAL = 2
const BROADCAST = 3
const MAIN_TABLE = 254
const CLONED = 0x200
/** Of the flags of a route that is in use (RTCF_LOCAL): it leads to ourselves. */
const TO_OURSELVES = 0x8000_0000
const LINK_SCOPE = 253

interface Route {
  family: number
  bits: number
  to: string
  scope: number
  type: number
}
const ROUTES: readonly Route[] = [
  { family: AF_INET, bits: 8, to: '127.0.0.0', scope: HOST_SCOPE, type: LOCAL },
  { family: AF_INET, bits: 32, to: LOOPBACK4, scope: HOST_SCOPE, type: LOCAL },
  { family: AF_INET, bits: 32, to: '127.255.255.255', scope: LINK_SCOPE, type: BROADCAST },
  { family: AF_INET6, bits: 128, to: LOOPBACK6, scope: 0, type: LOCAL },
]
const KERNEL = 2

function route(request: Request, { family, bits, to, scope, type }: Route, flags: number): Uint8Array {
  const head = join(Uint8Array.of(family, bits, 0, 0, LOCAL_TABLE, KERNEL, scope, type), u32(0))
  const attributes: Attribute[] = [
    [15, u32(LOCAL_TABLE)],
    [1, addressBytes(family, to)],
  ]
  if (family === AF_INET) attributes.push([7, addressBytes(family, LOOPBACK4)])
  else attributes.push([6, u32(0)])
  attributes.push([4, u32(LOOPBACK.index)])
  if (family === AF_INET6) attributes.push([12, new Uint8Array(32)], [20, u8(0)])
  return message(request, RTM.NEWROUTE, flags, head, attributes)
}

/** RTM_GETROUTE of one destination. */
function routeTo(request: Request): Uint8Array[] {
  const to = attributesOf(request.body, 12).get(1)
  const address = to !== undefined && (to.length === 4 || to.length === 16) ? addressText(to) : null
  if (address === null || kindOf(address) !== 'local') throw ENETUNREACH
  const v6 = isV6(address)
  const found = { family: v6 ? AF_INET6 : AF_INET, bits: v6 ? 128 : 32, to: address, scope: 0, type: LOCAL }
  if (v6) return [route(request, found, 0)]
  // What leads to ourselves is said to be in the main table, as a route that was made for the one who asks; that is root here,
  // as a request does not say who.
  const head = join(Uint8Array.of(AF_INET, 32, 0, 0, MAIN_TABLE, 0, 0, LOCAL), u32(TO_OURSELVES + CLONED))
  const attributes: Attribute[] = [
    [15, u32(MAIN_TABLE)],
    [1, addressBytes(AF_INET, address)],
    [4, u32(LOOPBACK.index)],
    [7, addressBytes(AF_INET, LOOPBACK4)],
    [25, u32(0)],
    [12, new Uint8Array(32)],
  ]
  return [message(request, RTM.NEWROUTE, 0, head, attributes)]
}

/** RTM_GETLINK of one device, by number or name. */
function linkNamed(request: Request): Uint8Array[] {
  const { body } = request
  const index = body.length >= 8 ? new DataView(body.buffer, body.byteOffset).getInt32(4, true) : 0
  const name = attributesOf(body, 16).get(3)
  const isLo = name !== undefined && String.fromCharCode(...name).split('\0')[0] === 'lo'
  if (index !== LOOPBACK.index && !isLo) throw ENODEV
  return [link(request, 0)]
}

const RULES = [
  [255, 0],
  [254, 32766],
  [253, 32767],
] as const

function rules(request: Request, family: number): Uint8Array[] {
  if (family !== AF_INET && family !== AF_INET6 && family !== 0) return []
  const of = family === 0 ? AF_INET : family
  return RULES.slice(0, of === AF_INET6 ? 2 : 3).map(([table, priority]) =>
    message(request, RTM.NEWRULE, NLM_F.MULTI, Uint8Array.of(of, 0, 0, 0, table, 0, 0, UNICAST, 0, 0, 0, 0), [
      [15, u32(table)],
      [14, u32(HALF_FOREVER)],
      [21, u8(KERNEL)],
      ...(priority === 0 ? [] : ([[6, u32(priority)]] satisfies Attribute[])),
    ]),
  )
}

/** Dumps by type; of what there is none they are empty. */
const DUMPS: Readonly<Record<number, (request: Request, family: number) => Uint8Array[]>> = {
  [RTM.GETLINK]: request => [link(request, NLM_F.MULTI)],
  [RTM.GETADDR]: addresses,
  [RTM.GETROUTE]: (request, family) =>
    ROUTES.filter(row => family === 0 || row.family === family).map(row => route(request, row, NLM_F.MULTI)),
  [RTM.GETNEIGH]: () => [],
  [RTM.GETNEIGHTBL]: () => [],
  [RTM.GETQDISC]: () => [],
  [RTM.GETNSID]: () => [],
  [RTM.GETNETCONF]: () => [],
  [RTM.GETRULE]: rules,
}
const SINGLES: Readonly<Record<number, (request: Request) => Uint8Array[]>> = { [RTM.GETLINK]: linkNamed, [RTM.GETROUTE]: routeTo }

/** Answers of a request, and whether they are a dump. EOPNOTSUPP; EPERM: what would change something, without CAP_NET_ADMIN. */
export function routeAnswers(_k: Kernel, { credentials }: Task, request: Request): { answers: Uint8Array[]; dump: boolean } {
  const { type, flags, body } = request
  if (type > LAST_TYPE || body.length < 1) throw EOPNOTSUPP
  if (!isGet(type)) throw capable(credentials, CAP_NET_ADMIN) ? EOPNOTSUPP : EPERM
  const dump = (flags & NLM_F.DUMP) !== 0
  const make = dump ? DUMPS[type] : SINGLES[type]
  if (make === undefined) throw EOPNOTSUPP
  return { answers: make(request, body[0]), dump }
}
