import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hookUrl } from '../../../../cli/send/hook-url.ts'

const unset = { host: '127.0.0.1', port: 8080, hasOwnPort: false }
const stack = { hook_url: 'https://127.0.0.1:34567/hooks' }

test('a hook goes to --url, else to INGRESS_PORT, else to the local stack, else to port 8080', () => {
  const own = { host: '0.0.0.0', port: 9000, hasOwnPort: true }
  for (const [target, running, wanted] of [
    [unset, undefined, 'http://127.0.0.1:8080/hooks'],
    [unset, stack, stack.hook_url],
    [own, undefined, 'http://127.0.0.1:9000/hooks'],
    [own, stack, 'http://127.0.0.1:9000/hooks'],
    [{ ...own, port: 34567 }, stack, stack.hook_url],
    [{ ...own, port: 0 }, stack, stack.hook_url],
    [{ ...own, url: 'http://other/hooks' }, stack, 'http://other/hooks'],
    [{ ...unset, source: 'team-a' }, stack, `${stack.hook_url}/team-a`],
    [{ ...unset, url: 'http://other/hooks', source: 'team-a' }, undefined, 'http://other/hooks/team-a'],
  ] as const)
    assert.equal(hookUrl(target, running), wanted, JSON.stringify(target))
})
