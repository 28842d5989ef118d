import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openConfiguredSpools } from '../../../../ingress/parts/open-configured-spools.ts'
import { UsageError } from '../../../../lib/errors.ts'
import { eventTypes } from '../../../../schemas/catalogue.ts'
import { createNames } from '../../../../schemas/topics.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

test('the spools are opened in the folder of the settings, by one process at a time', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const names = createNames('own.')
  const settings = { BRIDGE_DATA_DIR: folder, INGRESS_SPOOL_MAX_BYTES: 1e6 }
  const open = () => openConfiguredSpools(settings, names, recordingLogger().logger)
  const spools = await open()
  t.after(() => spools.close())
  assert.deepEqual([...spools.ofTopics.keys()], eventTypes.map(names.topic))
  assert.deepEqual(await readdir(folder), ['spool'])
  await assert.rejects(open(), UsageError)
})
