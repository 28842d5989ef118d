import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKubernetes } from '../../../deploy/kubernetes/generate/generate-kubernetes.ts'
import { parseManifests, readManifests, readText } from '../../helpers/kubernetes/read-manifests.ts'
import { schemaProblems } from '../../helpers/kubernetes/schema-problems.ts'

const files = readManifests()

test('the manifests are found', () => {
  assert.ok(files.size > 15)
  assert.ok(files.has('base/ingress.yaml'))
})

for (const [file, manifests] of files)
  test(`${file} is valid by the published schemas`, () => {
    assert.ok(manifests.length > 0)
    for (const manifest of manifests)
      assert.deepEqual(schemaProblems(manifest), [], `${manifest.kind} ${manifest.metadata.name}`)
  })

test('a field that is misspelt is found', () => {
  const [manifest] = parseManifests(
    readText('base/ingress.yaml').replace('terminationGracePeriodSeconds', 'terminationGracePeriod'),
  )
  assert.ok(manifest !== undefined)
  assert.deepEqual(schemaProblems(manifest), [
    'spec.template.spec: Unrecognized key: "terminationGracePeriod"',
  ])
})

test('a value of another type is found', () => {
  const [manifest] = parseManifests(readText('base/ingress.yaml').replace('replicas: 2', 'replicas: two'))
  assert.ok(manifest !== undefined)
  assert.notDeepEqual(schemaProblems(manifest), [])
})

test('the generated manifests are up to date: run `npm run generate`', () => {
  const generated = generateKubernetes()
  for (const [path, content] of generated) assert.equal(readText(path), content, path)
  const workers = [...files.keys()].filter((file) => file.startsWith('workers/'))
  assert.deepEqual(
    workers.filter((file) => !generated.has(file)),
    [],
    'there are manifests of workers that do not exist: delete them',
  )
})
