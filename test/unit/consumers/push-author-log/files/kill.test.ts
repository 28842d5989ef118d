import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { printPushes } from '../../../../../cli/pushes/print-pushes.ts'
import type { PushLine } from '../../../../../consumers/push-author-log/push-line.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'
import { linesOfPush } from '../../../../helpers/records/push-lines.ts'

const entry = fileURLToPath(new URL('../../../../helpers/faults/append-pushes.ts', import.meta.url))
const count = 2000
const kills = 4

/** Runs the writer until it has appended up to `until`. @returns how many pushes are safe */
const runUntil = async (folder: string, from: number, until: number): Promise<number> => {
  const writer = spawn(process.execPath, [entry, folder, String(from), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let safe = from
  const exited = once(writer, 'exit')
  for await (const chunk of writer.stdout) {
    safe = Number(String(chunk).trimEnd().split('\n').at(-1))
    if (safe >= until && until < count) writer.kill('SIGKILL')
  }
  await exited
  return safe
}

test('kill -9 in the middle of writing and of closing a day loses no push and doubles none', async (t) => {
  const folder = await temporaryFolder(t)
  let safe = 0
  for (let kill = 1; kill <= kills + 1; kill++) {
    const reached = await runUntil(folder, safe, Math.floor((kill * count) / (kills + 1)))
    // The offset is committed later than the lines are safe, so some records come again.
    safe = kill > kills ? reached : Math.max(reached - 100, 0)
  }
  assert.equal(safe, count)

  const printed: string[] = []
  await printPushes({ folder: [folder], json: true }, {}, (text) => void printed.push(text), assert.fail)
  const numberOf = ({ after }: PushLine) => Number(after.slice('sha '.length))
  const found = printed.map((text) => JSON.parse(text) as PushLine)
  const expected = Array.from({ length: count }, (_, number) =>
    linesOfPush(number).find(({ source_event }) => source_event === 'push'),
  )
  assert.deepEqual(
    found.toSorted((one, other) => numberOf(one) - numberOf(other)),
    expected,
  )
})
