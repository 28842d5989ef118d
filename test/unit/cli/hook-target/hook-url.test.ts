import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hookUrl } from '../../../../cli/hook-target/hook-url.ts'

const source = 'sample'
const unset = { host: '127.0.0.1', port: 8080, hasOwnPort: false, source }
const stack = { hook_url: 'https://127.0.0.1:34567/hooks' }

test('a hook goes to --url, else to INGRESS_PORT, else to the local stack, else to port 8080', () => {
  const own = { host: '0.0.0.0', port: 9000, hasOwnPort: true, source }
  for (const [target, running, wanted] of [
    [unset, undefined, 'http://127.0.0.1:8080/hooks/sample'],
    [unset, stack, `${stack.hook_url}/sample`],
    [own, undefined, 'http://127.0.0.1:9000/hooks/sample'],
    [own, stack, 'http://127.0.0.1:9000/hooks/sample'],
    [{ ...own, port: 34567 }, stack, `${stack.hook_url}/sample`],
    [{ ...own, port: 0 }, stack, `${stack.hook_url}/sample`],
    [{ ...own, url: 'http://other/hooks' }, stack, 'http://other/hooks/sample'],
    [{ ...unset, source: 'team-a' }, stack, `${stack.hook_url}/team-a`],
    [{ ...unset, url: 'http://other/hooks', source: 'team-a' }, undefined, 'http://other/hooks/team-a'],
  ] as const)
    assert.equal(hookUrl(target, running), wanted, JSON.stringify(target))
})
