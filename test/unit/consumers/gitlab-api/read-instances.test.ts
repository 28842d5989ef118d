import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readInstances } from '../../../../consumers/gitlab-api/read-instances.ts'
import { ConfigError } from '../../../../lib/errors.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

const url = 'https://gitlab.nordlicht.example'

/** Writes files into a folder of the test. @returns the path of each */
const filesIn = async (t: TestContext, texts: Readonly<Record<string, string>>) => {
  const folder = await temporaryFolder(t)
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const file = join(folder, name)
      writeFileSync(file, text)
      return [name, file]
    }),
  )
}

const faultsOf = (env: Record<string, string | undefined>): string[] => {
  try {
    readInstances('ldap-sync', env)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message.split('\n')
  }
  return assert.fail('was accepted')
}

test('without a token there is no instance', () => {
  for (const env of [{}, { GITLAB_API_URL: url }, { GITLAB_API_TOKEN: '' }])
    assert.deepEqual(readInstances('ldap-sync', env), { value: [], files: [] })
})

test('one instance comes from the variables, and its name is the origin of its URL', () => {
  const { value, files } = readInstances('ldap-sync', {
    GITLAB_API_URL: `${url}/tools/`,
    GITLAB_API_TOKEN: 'glpat-shared',
  })
  const tokenSetting = 'GITLAB_API_TOKEN'
  assert.deepEqual(value, [
    { instance: url, url: `${url}/tools`, token: 'glpat-shared', ca: undefined, tokenSetting },
  ])
  assert.deepEqual(files, [])
})

test('the token of the worker comes before the shared one, and each may be in a file', async (t) => {
  const { own, shared } = await filesIn(t, { own: ' glpat-own\n', shared: 'glpat-shared\n' })
  const env = { GITLAB_API_URL: url, GITLAB_API_TOKEN_FILE: shared }
  const read = (worker: string, more: Record<string, string | undefined> = {}) => {
    const { value, files } = readInstances(worker, { ...env, ...more })
    return { tokens: value.map(({ token, tokenSetting }) => [token, tokenSetting]), files }
  }
  assert.deepEqual(read('chat-notifier'), { tokens: [['glpat-shared', 'GITLAB_API_TOKEN']], files: [shared] })
  assert.deepEqual(read('ldap-sync', { LDAP_SYNC_GITLAB_API_TOKEN_FILE: own }), {
    tokens: [['glpat-own', 'LDAP_SYNC_GITLAB_API_TOKEN']],
    files: [own, shared],
  })
  assert.deepEqual(read('ldap-sync', { LDAP_SYNC_GITLAB_API_TOKEN: 'glpat-direct' }).tokens, [
    ['glpat-direct', 'LDAP_SYNC_GITLAB_API_TOKEN'],
  ])
})

test('each fault of the variables names its variable, and no token', async (t) => {
  const { empty, two, pem } = await filesIn(t, {
    empty: '\n',
    two: 'glpat-a\nglpat-b\n',
    pem: 'no certificate',
  })
  const token = { GITLAB_API_TOKEN: 'glpat-shared' }
  const cases: [env: Record<string, string | undefined>, fault: RegExp][] = [
    [token, /^GITLAB_API_URL: is not set, but a token for it is/],
    [
      { ...token, GITLAB_API_URL: `${url}/api/v4` },
      /^GITLAB_API_URL: must be the URL of GitLab.*without \/api\/v4$/,
    ],
    [{ ...token, GITLAB_API_URL: 'https://me:secret@gitlab.example' }, /^GITLAB_API_URL: must be the URL/],
    [{ ...token, GITLAB_API_URL: 'gitlab.example' }, /^GITLAB_API_URL: must be the URL/],
    [
      { GITLAB_API_URL: url, GITLAB_API_TOKEN_FILE: empty },
      /^GITLAB_API_TOKEN_FILE: names a file that holds no/,
    ],
    [{ GITLAB_API_URL: url, GITLAB_API_TOKEN_FILE: two }, /_GITLAB_API_TOKEN: must be one token on one line/],
    [{ GITLAB_API_URL: url, GITLAB_API_TOKEN_FILE: '/no/file' }, /cannot read \/no\/file/],
    [
      { ...token, GITLAB_API_URL: url, GITLAB_API_CA_FILE: pem },
      /^GITLAB_API_CA_FILE: .* has no certificate/,
    ],
    [{ ...token, GITLAB_API_FILE: '/a' }, /^GITLAB_API_TOKEN: has no effect beside GITLAB_API_FILE/],
    [{ GITLAB_API_URL: url, GITLAB_API_FILE: '/a' }, /^GITLAB_API_URL: has no effect beside GITLAB_API_FILE/],
  ]
  for (const [env, fault] of cases) {
    const [message = ''] = faultsOf(env)
    assert.match(message, fault)
    assert.doesNotMatch(message, /glpat|secret/)
  }
})

test('a file names several instances, with tokens for single workers', async (t) => {
  const { berlin, bergen, mentions } = await filesIn(t, {
    berlin: 'glpat-berlin\n',
    bergen: 'glpat-bergen\n',
    mentions: 'glpat-mentions\n',
  })
  const { settings } = await filesIn(t, {
    settings: JSON.stringify({
      instances: {
        'https://git.berlin.example': {
          token_file: berlin,
          worker_token_files: { 'reviewer-mentions': mentions },
        },
        'https://git.bergen.example/': { url: 'http://gitlab:8181/git/', token_file: bergen },
      },
    }),
  })
  const read = (worker: string) => readInstances(worker, { GITLAB_API_FILE: settings })
  assert.deepEqual(
    read('ldap-sync').value.map(({ instance, url, token }) => [instance, url, token]),
    [
      ['https://git.berlin.example', 'https://git.berlin.example', 'glpat-berlin'],
      ['https://git.bergen.example', 'http://gitlab:8181/git', 'glpat-bergen'],
    ],
  )
  assert.deepEqual(
    read('reviewer-mentions').value.map(({ token }) => token),
    ['glpat-mentions', 'glpat-bergen'],
  )
  assert.deepEqual(read('reviewer-mentions').files, [settings, mentions, bergen])
})

test('the name of a worker that does not call GitLab is refused by its field', async (t) => {
  const { token } = await filesIn(t, { token: 'glpat-a\n' })
  const settings = { token_file: token, worker_token_files: { 'ldap-snyc': token } }
  const { file } = await filesIn(t, { file: JSON.stringify({ instances: { [url]: settings } }) })
  const read = (workers?: readonly string[]) =>
    readInstances('ldap-sync', { GITLAB_API_FILE: file }, workers).value.length
  assert.throws(() => read(['ldap-sync', 'project-directory']), {
    message:
      `GITLAB_API_FILE: instances.${url}.worker_token_files.ldap-snyc: no worker of this name calls the ` +
      'API of GitLab. Use names of: ldap-sync, project-directory',
  })
  assert.equal(read(['ldap-snyc']), 1)
  assert.equal(read(), 1, 'the names are not known')
})

test('each fault of the file names its field, and no token', async (t) => {
  const { token, empty, two } = await filesIn(t, { token: 'glpat-a', empty: '', two: 'glpat-a glpat-b' })
  const name = 'https://git.berlin.example'
  const one = (settings: object) => ({ instances: { [name]: settings } })
  const cases: [content: object | string, fault: RegExp][] = [
    [{}, /^GITLAB_API_FILE: instances: /],
    [{ instances: {} }, /instances: names no instance/],
    [one({}), /instances\.https:\/\/git\.berlin\.example\.token_file: /],
    [one({ token_file: token, tokken: 'glpat-a' }), /Unrecognized key: "tokken"/],
    [one({ token_file: token, url: `${name}/api/v4/` }), /\.url: must be the URL of GitLab/],
    [one({ token_file: empty }), /\.token_file: .* holds no token/],
    [one({ token_file: two }), /\.token_file: .* must hold one token on one line/],
    [one({ token_file: '/no/file' }), /\.token_file: \/no\/file cannot be read/],
    [one({ token_file: token, ca_file: token }), /\.ca_file: .* has no certificate/],
    [{ instances: { 'https://git.berlin.example/x': { token_file: token } } }, /without a path/],
    ['instances: *x', /is not valid YAML/],
    ['', /^GITLAB_API_FILE: the content of the file: /],
    [`instances:\n\t${name}: {}`, /line 2: indent the line with spaces/],
    [`instances:\n  ${name}: {}\n  ${name}: {}`, /line 3: the key of this line is there twice/],
    ['a: 1\n---\nb: 1', /must hold one document/],
    [
      `instances:\n  ${name}: {token_file: ${token}}\n  ${name}/: {token_file: ${token}}`,
      /instances\.https:\/\/git\.berlin\.example\/: names a GitLab that another entry names, too/,
    ],
  ]
  for (const [content, fault] of cases) {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    const { settings } = await filesIn(t, { settings: text })
    const [message = ''] = faultsOf({ GITLAB_API_FILE: settings })
    assert.match(message, fault)
    assert.doesNotMatch(message, /glpat/)
  }
})
