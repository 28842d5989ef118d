import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readSourcesFile } from '../../../../ingress/auth/sources-file.ts'
import { ConfigError } from '../../../../lib/errors.ts'
import { blocksOf, readPage } from '../../../helpers/records/markdown.ts'

const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'sources.yaml')
const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

const read = async (yaml: string) => {
  await writeFile(file, yaml)
  return readSourcesFile(file)
}
/** The error about a file that cannot be used. */
const faultOf = async (yaml: string): Promise<string> => {
  await writeFile(file, yaml)
  try {
    readSourcesFile(file)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    assert.deepEqual(
      error.faults.map(({ variable }) => variable),
      ['INGRESS_SOURCES_FILE'],
    )
    return error.message
  }
  return assert.fail(`was accepted:\n${yaml}`)
}

test('a file configures several sources, each with its own credentials, ranges and instance', async () => {
  await writeFile(join(folder, 'berlin.txt'), '\n  from-file-1  \nfrom-file-2\n\n')
  const { value: sources, files } = await read(`
sources:
  berlin:
    secret_tokens: [inline]
    secret_tokens_file: ${join(folder, 'berlin.txt')}
    allowed_cidrs: [10.0.0.0/8, '2001:db8::/32']
    instance: https://git.berlin.example
  gitlab-com:
    signing_tokens: ['${key}']
    require_signature: true
`)
  assert.deepEqual(
    sources.map(({ name, label, accepts, instance, secrets, signingKeys }) => [
      name,
      label,
      accepts,
      instance,
      secrets.length,
      signingKeys.length,
    ]),
    [
      ['berlin', 'berlin', 'token', 'https://git.berlin.example', 3, 0],
      ['gitlab-com', 'gitlab-com', 'signature', undefined, 0, 1],
    ],
  )
  assert.ok(sources[0]?.allowedAddresses?.check('10.2.3.4'))
  assert.deepEqual(files, [file, join(folder, 'berlin.txt')])
})

test('the example in docs/operations.md works as it is', async () => {
  const [example] = blocksOf(readPage('docs/operations.md')).filter(({ info }) => info === 'yaml')
  await writeFile(join(folder, 'berlin'), 'a token\n')
  await writeFile(join(folder, 'gitlab-com'), `${key}\n`)
  const { value: sources } = await read(example?.text.replaceAll('/run/secrets', folder) ?? '')
  assert.deepEqual(
    sources.map(({ name, accepts, allowedAddresses, instance }) => [
      name,
      accepts,
      allowedAddresses === null,
      instance,
    ]),
    [
      ['berlin', 'token', false, 'https://git.berlin.example'],
      ['gitlab-com', 'signature', true, undefined],
    ],
  )
})

test('a source without credentials is an error: anybody could post hooks', async () => {
  await writeFile(join(folder, 'empty.txt'), '\n \n')
  for (const settings of [
    '{}',
    '{secret_tokens: []}',
    `{secret_tokens_file: ${join(folder, 'empty.txt')}}`,
    '{allowed_cidrs: [10.0.0.0/8]}',
  ])
    assert.match(await faultOf(`sources: {berlin: ${settings}}`), /sources\.berlin: .*anybody could post/)
})

test('an empty secret is an error', async () => {
  assert.match(await faultOf("sources: {berlin: {secret_tokens: ['']}}"), /sources\.berlin\.secret_tokens\.0/)
})

test('a signature that is required but cannot be verified is an error', async () => {
  assert.match(
    await faultOf('sources: {berlin: {secret_tokens: [a], require_signature: true}}'),
    /sources\.berlin: require_signature is set, but signing_tokens is not/,
  )
})

test('each error names its place', async () => {
  const faults: Record<string, RegExp> = {
    'sources: {berlin: {secret_tokens: [a], allowed_cidr: [10.0.0.0/8]}}': /sources\.berlin: .*allowed_cidr/,
    'sources: {berlin: {secret_tokens: [a], allowed_cidrs: [gitlab.com]}}':
      /sources\.berlin\.allowed_cidrs\.0: must be an address or a range/,
    'sources: {berlin: {secret_tokens: a}}': /sources\.berlin\.secret_tokens/,
    'sources: {berlin: {secret_tokens: [a], instance: git}}': /sources\.berlin\.instance/,
    'sources: {Berlin/1: {secret_tokens: [a]}}': /sources\.Berlin/,
    'senders: {}': /sources/,
    '[]': /expected object/,
    '': /expected object/,
    'sources: {berlin: {secret_tokens_file: /does/not/exist}}':
      /sources\.berlin: \/does\/not\/exist cannot be read/,
    'a: [': /YAML.*line 1/,
    'a: b\n  - c: [': /YAML.*line \d/,
  }
  for (const [yaml, pattern] of Object.entries(faults)) assert.match(await faultOf(yaml), pattern, yaml)
})

test('no error contains a secret, however the file is mistyped', async (t) => {
  const warnings: string[] = []
  const listen = (warning: Error) => void warnings.push(warning.message)
  process.on('warning', listen)
  t.after(() => process.off('warning', listen))
  await writeFile(join(folder, 'keys.txt'), 'whsec_TELL-NOBODY!\n')
  const yamls = [
    'sources: {berlin: {signing_tokens: [whsec_TELL-NOBODY!]}}',
    `sources: {berlin: {signing_tokens_file: ${join(folder, 'keys.txt')}}}`,
    'sources: {berlin: {secret_tokens: [*TELL-NOBODY]}}',
    'sources: {berlin: {secret_tokens: [!TELL-NOBODY]}}',
    'sources: {berlin: {secret_tokens: [!!TELL-NOBODY x, {}]}}',
    'sources: {berlin: {secret_tokens: "TELL-NOBODY',
    'sources: {berlin: {secret_tokens: TELL-NOBODY}}',
    'sources: {berlin: {secret_tokens: {TELL-NOBODY: 1}}}',
    'sources:\n  berlin:\n    secret_tokens: TELL-NOBODY: x',
    'sources:\n  berlin:\n    secret_tokens: @TELL-NOBODY',
    'sources:\n  berlin:\n    secret_tokens: "\\TELL-NOBODY"',
    '%TELL-NOBODY\n---\nsources: [',
    'TELL-NOBODY',
  ]
  for (const yaml of yamls) assert.doesNotMatch(await faultOf(yaml), /NOBODY/, yaml)
  await new Promise(setImmediate)
  assert.doesNotMatch(warnings.join('\n'), /NOBODY/)
})

test('a missing file is an error that names the file', () => {
  assert.throws(
    () => readSourcesFile(join(folder, 'absent.yaml')),
    (error) => error instanceof ConfigError && /cannot be read.*absent\.yaml/.test(error.message),
  )
})

test('a file without a source, and blank or unusable values, are refused by name', async () => {
  const source = (settings: string) => `sources:\n  berlin: { secret_tokens: [a], ${settings} }\n`
  const table: [string, RegExp][] = [
    ['sources: {}', /sources: names no source, so every hook would be refused/],
    ['sources:\n  berlin: { secret_tokens: [" "] }', /is blank/],
    [source('secret_tokens_file: " "'), /is blank/],
    [source('instance: "ftp://git.example"'), /instance: must be a URL such as/],
    [source('instance: "git.example"'), /instance: must be a URL such as/],
    [source('instance: "https://git.example/path"'), /without a path/],
    [source('instance: "https://user:pass@git.example"'), /instance: must be a URL such as/],
    [source('allowed_cidrs: [" "]'), /must be an address or a range/],
  ]
  for (const [text, problem] of table) assert.match(await faultOf(text), problem, text)
})

test('the instance is used as GitLab sends it, without a slash at the end', async () => {
  const { value } = await read(
    'sources:\n  berlin: { secret_tokens: [a], instance: "https://git.example/" }\n',
  )
  assert.equal(value[0]?.instance, 'https://git.example')
})

test('an emptied file of tokens is refused, also if the source has other tokens', async () => {
  const empty = join(folder, 'empty.txt')
  await writeFile(empty, '\n')
  const text = `sources:\n  berlin: { secret_tokens: [a], signing_tokens_file: ${empty} }\n`
  assert.match(await faultOf(text), /sources\.berlin: .* holds no token/)
})

test('a sender cannot have the name of a source of invented events', async () => {
  for (const name of ['sample', 'simulate'])
    assert.match(
      await faultOf(`sources: { ${name}: { secret_tokens: [a] } }`),
      new RegExp(`sources\\.${name}: is the name of a source of invented events.* another name`),
    )
})
