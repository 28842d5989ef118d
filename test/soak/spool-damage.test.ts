import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkRandomDamage, createSpooledFiles } from '../helpers/faults/damaged-spool.ts'
import { temporaryFolder } from '../helpers/process/temporary-folder.ts'

const runs = 1000

test(`${runs} random damages: no sound hook is lost, and every other one is counted and named`, async (t) => {
  const folder = await temporaryFolder(t)
  const spool = await createSpooledFiles(join(folder, 'original'))
  let lost = 0
  for (let run = 0; run < runs; run++)
    lost += (await checkRandomDamage(join(folder, 'damaged'), spool, run)).lost
  assert.ok(lost > runs, `the damage is real: ${lost} hooks`)
})
