import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gitlabWorkers } from '../../cli/workers/gitlab-workers.ts'
import { readInstances } from '../../consumers/gitlab-api/read-instances.ts'
import { consumers } from '../../consumers/index.ts'
import { temporaryFolder } from '../helpers/process/temporary-folder.ts'
import { blocksOf, readPage } from '../helpers/records/markdown.ts'

const page = readPage('docs/gitlab-tokens.md')

test("docs/gitlab-tokens.md has one row for each worker that calls GitLab's API, and no other", () => {
  const [, table = ''] = /\| worker \| scope \|.*\n.*\n((?:\|.*\n)*)/.exec(page) ?? []
  const wanted = consumers.flatMap(({ name, gitlabApi: use }) =>
    use === undefined ? [] : [`| \`${name}\` | \`${use.scope}\` | ${use.role} | ${use.without} |`],
  )
  assert.deepEqual(table.trimEnd().split('\n').filter(Boolean).sort(), wanted.sort())
})

test('the file of instances in docs/gitlab-tokens.md is accepted', async (t) => {
  const folder = await temporaryFolder(t)
  const [block] = blocksOf(page).filter(({ info }) => info === 'yaml')
  const names: string[] = []
  const text = (block?.text ?? '').replaceAll(/\/run\/secrets\/(\S+)/g, (_, name: string) => {
    names.push(name)
    writeFileSync(join(folder, name), `glpat-${name}`)
    return join(folder, name)
  })
  assert.equal(names.length, 3)
  const settings = join(folder, 'gitlab.yaml')
  writeFileSync(settings, text.replace(/ *ca_file: .*/, ''))
  const { value } = readInstances('ldap-sync', { GITLAB_API_FILE: settings }, gitlabWorkers)
  assert.deepEqual(
    value.map(({ instance, token }) => [instance, token]),
    [
      ['https://git.berlin.example', 'glpat-gitlab-berlin-ldap'],
      ['https://git.bergen.example', 'glpat-gitlab-bergen'],
    ],
  )
})
