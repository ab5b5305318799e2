// The one place where the bench meets the timed machine: presets and their sizes, and a cell's run from boot to the intervals that
// its guest cut. Everything else of the bench works on plain data.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { createKernel, intervals, NO_HOST_FILES, readCpio, runKernel, shellStatus, spawnInit, type Host } from '../kernel/index.ts'
import { presetNames, resolvePreset, type Preset } from '../vm/index.ts'
import { BenchError, EXIT } from './errors.ts'
import type { Geometry, Interval, Job, Laboratory } from './types.ts'

const MIB = 2 ** 20
const DEFAULT_RAM = 256
const HZ_PER_GHZ = 1e9
/** More than any cell needs: a guest that hangs fails instead. */
const INSTRUCTION_LIMIT = 20e9
/** Of a failed guest's output, what an error repeats. */
const OUTPUT_SHOWN = 500

function geometryOf({ config }: Preset): Geometry {
  const l2Bytes = config['l2.size'] || config['l1d.size']
  return {
    hz: config.clock * HZ_PER_GHZ,
    l1Bytes: config['l1d.size'],
    l2Bytes,
    lastBytes: config['llc.size'] || l2Bytes,
    lineBytes: config.line,
    tlbEntries: config['dtlb.entries'],
    l2TlbEntries: config['l2tlb.entries'],
    walkCaches: config['walkCache.lower'] > 0 || config['walkCache.upper'] > 0 || config['walkCache.root'] > 0,
  }
}

/** The timed machine's presets. */
export const laboratory: Laboratory = {
  presets: presetNames,
  resolve(name, set) {
    const preset = resolvePreset(name, set)
    return { hash: preset.hash, geometry: geometryOf(preset) }
  },
}

/** A host without input or files; what the guest prints is kept for an error message. */
function quietHost(): Host & { output: string } {
  return {
    output: '',
    write(_stream, bytes) {
      this.output += Buffer.from(bytes).toString('latin1')
      return 0
    },
    readInput: () => new Uint8Array(0),
    files: NO_HOST_FILES,
  }
}

const here = dirname(fileURLToPath(import.meta.url))
/** Made by the build: beside the bundle, or in dist when this is run from its source. */
const IMAGES = [here, join(here, '..', 'dist')].flatMap(folder => [join(folder, 'root.cpio'), join(folder, 'root.cpio.gz')])

const failed = (message: string): BenchError => new BenchError(EXIT.failed, message)

/** Runs a job's guest on a machine of its own. Throws when the guest fails, or never ends. */
export function runCell(job: Job): readonly Interval[] {
  const image = IMAGES.find(path => existsSync(path))
  if (image === undefined) throw failed(`there is no ${IMAGES[0]}: it is made by the build`)
  const { lab, argv, machine } = job.cell
  const host = quietHost()
  const kernel = createKernel({
    host,
    root: readCpio(image.endsWith('.gz') ? gunzipSync(readFileSync(image)) : readFileSync(image)),
    ramBytes: (machine?.ram ?? DEFAULT_RAM) * MIB,
    harts: machine?.harts,
    thp: machine?.thp,
    frames: machine?.frames,
    timing: { preset: resolvePreset(job.preset, job.set), start: 'mark' },
  })
  spawnInit(kernel, { path: `/labs/${lab}`, argv: [lab, ...argv.map(String)], env: ['PATH=/bin'], stdio: ['null', 'pipe', 'pipe'] })
  const result = runKernel(kernel, { maxInstructions: INSTRUCTION_LIMIT })
  const command = [lab, ...argv].join(' ')
  const said = host.output.trim().slice(-OUTPUT_SHOWN)
  if (result.kind === 'budget' || result.kind === 'paused') throw failed(`${command} did not end within ${INSTRUCTION_LIMIT} instructions`)
  if (result.kind === 'idle') throw failed(`${command} waits for something that never comes${said && `: ${said}`}`)
  const status = shellStatus(result.status)
  if (status !== 0) throw failed(`${command} ended with status ${status}${said && `: ${said}`}`)
  return intervals(kernel)
}
