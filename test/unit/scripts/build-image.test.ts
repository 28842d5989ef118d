import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const ours = (name: string) => new URL(`../../../${name}`, import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'bridge-image-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Programs that write what they were called with, in place of Docker and npm. */
const programs = join(folder, 'bin')
mkdirSync(programs)
writeFileSync(join(programs, 'docker'), `#!/bin/sh\necho "$@" >>"${folder}/docker.log"\n`, { mode: 0o755 })
writeFileSync(join(programs, 'npm'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 })

const checkout = join(folder, 'checkout')
mkdirSync(join(checkout, 'scripts'), { recursive: true })
for (const file of ['package.json', '.gitignore', 'scripts/build-image.sh'])
  copyFileSync(ours(file), join(checkout, file))
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
    cwd: checkout,
    encoding: 'utf8',
  }).trim()
git('init', '--quiet')
git('add', '.')
git('commit', '--quiet', '--message', 'Begin', '--date', '2026-01-02T03:04:05Z')
const revision = git('rev-parse', 'HEAD')
const { version } = JSON.parse(readFileSync(ours('package.json'), 'utf8')) as { version: string }

const build = (...args: string[]) => {
  rmSync(join(folder, 'docker.log'), { force: true })
  const env = { ...process.env, PATH: `${programs}:${process.env.PATH}` }
  const { status, stderr } = spawnSync('scripts/build-image.sh', args, {
    cwd: checkout,
    env,
    encoding: 'utf8',
  })
  const log = join(folder, 'docker.log')
  return { status, stderr, called: existsSync(log) ? readFileSync(log, 'utf8') : '' }
}

test('the image is built for both platforms and names its version; its contents are beside it', () => {
  const { status, stderr, called } = build()
  assert.equal(status, 0, stderr)
  assert.match(called, /buildx build --platform linux\/amd64,linux\/arm64 /)
  assert.ok(called.includes(`--tag gitlab-kafka-bridge:${version} `))
  assert.ok(called.includes(`--build-arg VERSION=${version} --build-arg REVISION=${revision}`))
  assert.ok(called.includes(`dest=image/gitlab-kafka-bridge-${version}.oci.tar`))
  const sbom = join(checkout, `image/gitlab-kafka-bridge-${version}.cdx.json`)
  assert.equal(readFileSync(sbom, 'utf8'), 'run --silent sbom\n')
})

test('with --push the image goes to the registry that is named', () => {
  const { status, called } = build('--push', 'registry.example/bridge')
  assert.equal(status, 0)
  assert.ok(called.includes(`--tag registry.example/bridge:${version} `))
  assert.match(called, /--output type=registry/)
})

test('--push without a name, and an unknown argument, are refused with what to do', () => {
  assert.match(build('--push').stderr, /--push needs the name of the image/)
  const { status, stderr, called } = build('--load')
  assert.deepEqual([status, called], [1, ''])
  assert.match(stderr, /--load is not known/)
})

test('a checkout with changes is refused, because its image would not be that of the commit', () => {
  writeFileSync(join(checkout, 'new.ts'), '')
  const { status, stderr } = build()
  assert.equal(status, 1)
  assert.match(stderr, /commit them first/)
  rmSync(join(checkout, 'new.ts'))
})
