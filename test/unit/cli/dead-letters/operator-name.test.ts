import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operatorName } from '../../../../cli/dead-letters/operator-name.ts'

const withoutAccount = () => {
  throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT (no such file or directory)')
}

test('the operator is the account, or USER if the account has no name, or the user id', () => {
  assert.equal(
    operatorName(() => 'nina'),
    'nina',
  )
  assert.equal(operatorName(withoutAccount, { USER: 'nina' }), 'nina')
  for (const env of [{}, { USER: '' }])
    assert.equal(operatorName(withoutAccount, env), `uid ${process.getuid?.()}`)
})
