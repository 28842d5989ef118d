// The OpenAPI document of the directory, as programs of others read it. `npm run test:api` runs it alone.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { serveDirectory } from '../helpers/directory/serve-directory.ts'
import { pythonWith } from '../helpers/process/python.ts'
import { temporaryFolder } from '../helpers/process/temporary-folder.ts'

const run = promisify(execFile)
const requirements = fileURLToPath(new URL('../helpers/directory/requirements.txt', import.meta.url))
const found = await pythonWith(requirements).catch((error: Error) => ({ missing: error.message }))
const python = typeof found === 'string' ? found : ''
const options = typeof found === 'string' ? {} : { skip: found.missing }
const directory = await serveDirectory()
after(() => directory.close())

test('schemathesis finds no server error, and only answers that the document names', options, async (t) => {
  const checks = [
    ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance'],
    'response_schema_conformance',
  ]
  const limits = ['--max-examples', '25', '--phases', 'coverage,fuzzing', '--checks', checks.join(',')]
  const { stdout } = await run(
    python,
    ['-m', 'schemathesis.cli', 'run', `${directory.url}/openapi.json`, ...limits],
    {
      // It keeps files of its own.
      cwd: await temporaryFolder(t),
      maxBuffer: 64 * 1024 * 1024,
    },
  ).catch((error: { stdout: string }) => assert.fail(error.stdout.slice(0, 5000)))
  assert.match(stdout, /Tested: 11/)
})

const program = (url: string) => `
from directory_client import Client
from directory_client.api.default import projects, projects_project, projects_project_branches
client = Client(base_url=${JSON.stringify(url)})
print(projects_project.sync(project="north/signal", client=client).group.path)
print([branch.name for branch in projects_project_branches.sync(project="10", client=client).items])
print([project.path for project in projects.sync(client=client, name="signal").items])
print(projects_project.sync_detailed(project="signal", client=client).status_code.value)
`

test('a client that is generated from the document reads the directory', options, async (t) => {
  const folder = await temporaryFolder(t)
  const client = join(folder, 'client')
  const generate = ['generate', '--url', `${directory.url}/openapi.json`, '--output-path', client]
  const config = join(folder, 'config.yaml')
  await writeFile(config, 'package_name_override: directory_client\npost_hooks: []\n')
  await run(python, ['-m', 'openapi_python_client', ...generate, '--config', config])
  const { stdout } = await run(python, ['-c', program(directory.url)], { cwd: client })
  assert.deepEqual(stdout.trim().split('\n'), [
    'north',
    "['main', 'topic']",
    "['north/sea/signal', 'north/signal']",
    '300',
  ])
})
