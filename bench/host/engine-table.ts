// What engines made of the kernels, as a table, with the goals under it.
import { geomean } from '../statistics.ts'
import { PEERS, type EngineRow, type EnginesResult, type PeerName } from './engines.ts'
import { goalsOf } from './goals.ts'
import { digits, NONE, rangeText, table } from './tables.ts'

const TITLES: Readonly<Record<PeerName, string>> = { native: 'native', user: 'QEMU user', system: 'QEMU system' }

function peerColumns({ peers }: EngineRow, peer: PeerName): string[] {
  const beside = peers[peer]
  if (beside === undefined) return [NONE, NONE, NONE, NONE]
  const { mips, ratio, cpuRatio } = beside
  return [digits(mips.median), ratio.median.toFixed(3), rangeText(ratio), cpuRatio === null ? NONE : cpuRatio.median.toFixed(3)]
}

export function enginesText(result: EnginesResult): string {
  const { engine, cold, rows } = result
  const peers = PEERS.filter(peer => result.peers.includes(peer))
  const timed = engine === 'timed'
  const head = ['kernel', 'MIPS', 'range', 'seconds', 'warm-up', ...(timed ? ['CPI'] : [])]
  const titles = peers.flatMap(peer => [`${TITLES[peer]}, MIPS`, 'ratio', 'range', 'CPU'])
  const body = rows.map(row => [
    row.kernel,
    digits(row.mips.median),
    rangeText(row.mips),
    digits(row.seconds.median),
    row.warming === null ? NONE : `${(row.warming.share * 100).toFixed(1)} %`,
    ...(timed ? [row.cpi === null ? NONE : row.cpi.toFixed(2)] : []),
    ...peers.flatMap(peer => peerColumns(row, peer)),
  ])
  const meanOf = (values: readonly number[]): string => (values.length === 0 ? NONE : geomean(values).toFixed(3))
  const means = [
    'geometric mean',
    digits(geomean(rows.map(r => r.mips.median))),
    ...Array.from({ length: head.length - 2 }, () => ''),
    ...peers.flatMap(peer => {
      const beside = rows.flatMap(r => r.peers[peer] ?? [])
      return ['', meanOf(beside.map(b => b.ratio.median)), '', meanOf(beside.flatMap(b => b.cpuRatio?.median ?? []))]
    }),
  ]
  const goals = goalsOf(result).map(
    ({ what, measured, least }) => `${what}: ${digits(measured)}, promised ${least}: ${measured >= least ? 'kept' : 'not kept'}\n`,
  )
  const runs = rows.length === 0 ? 0 : rows[0].mips.runs
  const title = `${engine}${cold ? ', cold' : ''}: medians of ${runs} interleaved runs; a ratio above 1 says that ours is faster\n`
  return title + table([...head, ...titles], rows.length > 1 ? [...body, means] : body) + goals.join('')
}
