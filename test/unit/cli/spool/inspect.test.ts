import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspectSpool } from '../../../../cli/spool/inspect.ts'
import { openSpoolFolders } from '../../../../ingress/spool/spool-folders.ts'
import { openSpools } from '../../../../ingress/spool/spools.ts'
import { UsageError } from '../../../../lib/errors.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'
import { hookOf } from '../../../helpers/records/deliver.ts'

test('every hook is listed with its place: waiting, waiting for a topic, drained or set aside', async (t) => {
  const folder = await temporaryFolder(t)
  const folders = await openSpoolFolders(folder, 1e6, recordingLogger().logger)
  const spools = await openSpools(folders, ['gitlab.push'], 1e6, recordingLogger().logger)
  const hook = (id: string) => hookOf({ object_kind: 'push' }, {}, { id })
  await spools.append(hook('drained'))
  await spools.common.peek(new AbortController().signal)
  const appended = spools.append(hook('waiting'))
  await spools.common.advance()
  await appended
  await spools.append(hook('of-push'), 'gitlab.push')
  await spools.common.setAside(hook('refused'))
  const env = { INGRESS_SPOOL_DIR: folder }

  const rows = await Array.fromAsync(inspectSpool(env))
  assert.deepEqual(
    rows.map(({ place, state, id, event }) => [place, state, id, event]),
    [
      ['000000000001.spool@0', 'drained', 'drained', 'push'],
      [`000000000001.spool@${rows[0]?.bytes}`, 'waiting', 'waiting', 'push'],
      ['gitlab.push@000000000001.spool@0', 'waiting', 'of-push', 'push'],
      [`set-aside/refused-${hook('').receivedAt}.bin@0`, 'set aside', 'refused', 'push'],
    ],
  )
  await spools.close()
})

test('a file that cannot be read is listed as unreadable, together with the others', async (t) => {
  const folder = await temporaryFolder(t)
  await mkdir(join(folder, '000000000001.spool'))
  await writeFile(join(folder, '000000000002.spool'), 'no hook')
  const rows = await Array.fromAsync(inspectSpool({ INGRESS_SPOOL_DIR: folder }))
  assert.deepEqual(
    rows.map(({ place, state }) => [place, state]),
    [
      ['000000000001.spool', 'unreadable'],
      ['000000000002.spool@0', 'corrupt'],
    ],
  )
})

test('a folder that is missing or cannot be read is not mistaken for an empty spool', async (t) => {
  const folder = await temporaryFolder(t)
  const inspect = (env: Record<string, string>) => Array.fromAsync(inspectSpool(env))
  const says = (pattern: RegExp) => (error: unknown) =>
    error instanceof UsageError && pattern.test(error.message)
  await assert.rejects(
    inspect({ BRIDGE_DATA_DIR: '/nowhere' }),
    says(/^there is no spool in \/nowhere\/spool: set INGRESS_SPOOL_DIR/),
  )
  await writeFile(join(folder, 'file'), '')
  await assert.rejects(
    inspect({ INGRESS_SPOOL_DIR: join(folder, 'file') }),
    says(/file cannot be read: ENOTDIR/),
  )
  assert.deepEqual(await inspect({ INGRESS_SPOOL_DIR: folder }), [])
})
