import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inspectSpool } from '../../../cli/spool/inspect.ts'
import type { SpoolRow } from '../../../cli/spool/spool-row.ts'
import type { Hook } from '../../../ingress/hook.ts'
import { createSetAside } from '../../../ingress/spool/set-aside.ts'
import { openSpool } from '../../../ingress/spool/spool.ts'
import { createSpoolFolder } from '../../../ingress/spool/spool-folder.ts'
import { type LogLine, recordingLogger } from '../process/recording-logger.ts'
import { createSeededRandom } from './seeded-random.ts'
import { damages } from './spool-damage.ts'
import { readFiles, type SpoolFiles, writeFiles } from './spool-files.ts'
import { spoolLimits } from './spool-limits.ts'
import { never } from './spool-on-disk.ts'

/** The hooks of the spool that is damaged. Their sizes differ, and they contain what looks like a header. */
export const spooledHooks: readonly Hook[] = Array.from({ length: 60 }, (_, number) => ({
  id: `hook-${number}`,
  source: 'default',
  receivedAt: 1000 + number,
  headers: {},
  body: Buffer.alloc(50 + ((number * 37) % 400), `body ${number} GKB2 `),
}))
const hooksById = new Map(spooledHooks.map((hook) => [hook.id, hook]))

const openIn = async (folder: string) => {
  const aside = join(folder, 'set-aside')
  await mkdir(aside, { recursive: true })
  const { logger, lines } = recordingLogger()
  const files = createSpoolFolder(folder, '', await createSetAside(aside, 1e6))
  return { spool: await openSpool(files, spoolLimits(1e7, 4000), logger), lines }
}

export interface SpoolOnDisk {
  files: SpoolFiles
  /** The ids of the hooks that have not been published. */
  waiting: readonly string[]
}

/** The files of a spool of which a part has been published, as they are when the process is killed. */
export const createSpooledFiles = async (folder: string): Promise<SpoolOnDisk> => {
  const { spool } = await openIn(folder)
  const published: string[] = []
  for (const [number, hook] of spooledHooks.entries()) {
    await spool.append(hook)
    if (number === 4) published.push(...(await spool.peek(never)).map(({ id }) => id))
    if (number === 6) await spool.advance()
  }
  const files = await readFiles(folder)
  await spool.close()
  return { files, waiting: spooledHooks.map(({ id }) => id).filter((id) => !published.includes(id)) }
}

export interface Drained {
  /** What `bridge spool inspect` lists before the start. */
  rows: readonly SpoolRow[]
  /** The ids of the published hooks, in order. */
  published: readonly string[]
  /** How many hooks count as set aside. */
  setAside: number
  lines: readonly LogLine[]
}

/** Starts a process on the files, which publishes what it can read. */
export const drainFiles = async (folder: string, files: SpoolFiles): Promise<Drained> => {
  await writeFiles(folder, files)
  const rows = await Array.fromAsync(inspectSpool({ INGRESS_SPOOL_DIR: folder }))
  const { spool, lines } = await openIn(folder)
  const published: string[] = []
  const enough = new AbortController()
  const isEmpty = () => spool.state.records === 0 && spool.state.bytes === 0
  while (!enough.signal.aborted) {
    const timer = setInterval(() => isEmpty() && enough.abort(), 1)
    const peeked = await spool.peek(enough.signal)
    clearInterval(timer)
    for (const hook of peeked) assert.deepEqual(hook, hooksById.get(hook.id), 'only what was appended')
    published.push(...peeked.map(({ id }) => id))
    await spool.advance()
  }
  const { setAside } = spool.state
  await spool.close()
  return { rows, published, setAside, lines }
}

export const hooksIn = (values: readonly { hooks?: unknown }[]): number =>
  values.reduce((sum, { hooks }) => sum + Number(hooks ?? 0), 0)

/** @param run number of the run, which decides what is damaged and where */
export const checkRandomDamage = async (folder: string, { files, waiting }: SpoolOnDisk, run: number) => {
  const random = createSeededRandom(run)
  const kinds = Object.keys(damages)
  const kind = kinds[run % kinds.length] ?? ''
  const what = `run ${run}: ${kind}`
  const damaged = new Map(files)
  const hit = damages[kind]?.(damaged, random) ?? []
  const { rows, published, setAside, lines } = await drainFiles(folder, damaged)

  const lost = waiting.filter((id) => !published.includes(id))
  assert.deepEqual(
    lost.filter((id) => !hit.includes(id)),
    [],
    `${what}: hooks outside of the damage are lost`,
  )
  assert.ok(setAside >= lost.length, `${what}: ${setAside} of ${lost.length} are counted`)
  if (lost.length > 0)
    assert.ok(hooksIn(rows) >= lost.length, `${what}: not all of ${lost.length} are listed`)
  const errors = lines.filter(({ level }) => level === 'error')
  assert.equal(hooksIn(errors.map(({ fields }) => fields)), setAside, `${what}: what is counted is logged`)
  return { what, lost: lost.length, setAside }
}
