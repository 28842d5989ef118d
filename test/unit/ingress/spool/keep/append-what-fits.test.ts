import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hook } from '../../../../../ingress/hook.ts'
import { appendWhatFits } from '../../../../../ingress/spool/keep/append-what-fits.ts'
import { SpoolFullError } from '../../../../../ingress/spool/spool-full-error.ts'
import { RetriableError } from '../../../../../lib/errors.ts'
import { hookOf } from '../../../../helpers/records/deliver.ts'

const hooks = Array.from({ length: 160 }, (_, index) => hookOf({}, {}, { id: String(index) }))

/** A spool with room for so many hooks. */
const spoolWith = (room: number, full: Error = new SpoolFullError()) => {
  const taken: string[] = []
  const appendAll = async (some: readonly Hook[]) => {
    if (taken.length + some.length > room) throw full
    taken.push(...some.map(({ id }) => id))
  }
  return { taken, appendAll }
}

test('of hooks that do not all fit, the oldest go to the spool', async () => {
  for (const room of [1, 2, 3, 17, 39, 80, 159, 160]) {
    const { taken, appendAll } = spoolWith(room)
    const count = await appendWhatFits(hooks, appendAll)
    assert.equal(taken.length, count)
    assert.deepEqual(
      taken,
      hooks.slice(0, count).map(({ id }) => id),
    )
    assert.ok(count <= room && count >= Math.floor(room / 2), `${count} of ${room}`)
  }
})

test('of hooks that do not all fit on the disk, the oldest go to the spool', async () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const cause = Object.assign(new Error(`${code}: write`), { code })
    const full = new RetriableError(`the spool cannot be written: ${code}`, { cause })
    const { taken, appendAll } = spoolWith(20, full)
    assert.equal(await appendWhatFits(hooks, appendAll), 20)
    assert.equal(taken.at(-1), '19')
    await assert.rejects(appendWhatFits(hooks, spoolWith(0, full).appendAll), { message: full.message })
  }
})

test('if not even one fits, or the disk fails, the error of the append is thrown', async () => {
  await assert.rejects(appendWhatFits(hooks, spoolWith(0).appendAll), SpoolFullError)
  let appends = 0
  const failing = async () => {
    appends += 1
    throw new Error('EIO')
  }
  await assert.rejects(appendWhatFits(hooks, failing), /EIO/)
  assert.equal(appends, 1)
})

const mebibyte = 1024 * 1024
const large = Array.from({ length: 10 }, (_, index) => ({
  ...hookOf({}, {}, { id: String(index) }),
  body: Buffer.alloc(10 * mebibyte),
}))

test('many large bodies go to the spool in portions, in order', async () => {
  const portions: string[][] = []
  const append = async (some: readonly Hook[]) => void portions.push(some.map(({ id }) => id))
  assert.equal(await appendWhatFits(large, append), 10)
  assert.deepEqual(portions, [['0', '1', '2'], ['3', '4', '5'], ['6', '7', '8'], ['9']])
})

test('if the disk fails after some portions, their hooks are kept', async () => {
  const taken: string[] = []
  const failing = async (some: readonly Hook[]) => {
    if (taken.length >= 6) throw new Error('EIO')
    taken.push(...some.map(({ id }) => id))
  }
  assert.equal(await appendWhatFits(large, failing), 6)
})
