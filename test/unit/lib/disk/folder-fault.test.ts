import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderFault } from '../../../../lib/disk/folder-fault.ts'

const folders = { BRIDGE_DATA_DIR: '/srv/bridge', BRIDGE_CACHE_DIR: '/var/cache/bridge' }
const failure = (code: string, path: string) => Object.assign(new Error(`${code}: ${path}`), { code, path })

test('a full, read-only or forbidden folder is named with its cause and its variable', () => {
  for (const [code, path, variable, cause] of [
    ['ENOSPC', '/srv/bridge/kafka/data', 'BRIDGE_DATA_DIR', 'the disk is full'],
    ['EROFS', '/var/cache/bridge/lock', 'BRIDGE_CACHE_DIR', 'the disk is read-only'],
    ['EACCES', '/srv', 'BRIDGE_DATA_DIR', 'this user may not write there'],
  ] as const) {
    const { name, message } = folderFault(failure(code, path), folders) as Error
    assert.equal(name, 'UsageError')
    assert.ok(
      message.startsWith(`${variable}: ${folders[variable]} cannot be used, because ${cause}`),
      message,
    )
  }
})

test('a folder that cannot be created is named, but not a file that is missing in it', () => {
  const { message } = folderFault(failure('ENOENT', '/srv/bridge'), folders) as Error
  assert.ok(message.startsWith('BRIDGE_DATA_DIR: /srv/bridge cannot be used, because it cannot be created'))
  const missing = failure('ENOENT', '/srv/bridge/a/file')
  assert.equal(folderFault(missing, folders), missing)
})

test('an error about another path, or of another kind, stays as it is', () => {
  for (const error of [failure('ENOSPC', '/etc/x'), failure('ECONNREFUSED', '/srv/bridge'), new Error('x')])
    assert.equal(folderFault(error, folders), error)
})
