import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from './manifest.ts'

export const kubernetesFolder = fileURLToPath(new URL('../../../deploy/kubernetes/', import.meta.url))

/** The manifests of a text. YAML 1.1, as the tools of Kubernetes read it: 0440 is an octal number. */
export const parseManifests = (text: string): Manifest[] =>
  parseAllDocuments(text, { version: '1.1', merge: true }).map((document) => {
    if ('errors' in document && document.errors[0] !== undefined) throw document.errors[0]
    return document.toJS() as Manifest
  })

/** Every manifest below deploy/kubernetes, by file. Those of kustomize itself are left out. */
export const readManifests = (): Map<string, Manifest[]> => {
  const files = globSync('**/*.yaml', { cwd: kubernetesFolder })
  const manifests = files.filter((file) => !/kustomization\.yaml$|\/files\//.test(file)).sort()
  return new Map(manifests.map((file) => [file, parseManifests(readText(file))]))
}

/** @param file path below deploy/kubernetes */
export const readText = (file: string): string => readFileSync(join(kubernetesFolder, file), 'utf8')

/** What `kubectl apply -k` would send. Undefined where neither kubectl nor kustomize is installed. */
export const renderOverlay = async (folder: string): Promise<Manifest[] | undefined> => {
  const path = join(kubernetesFolder, folder)
  for (const [program, verb] of [
    ['kustomize', 'build'],
    ['kubectl', 'kustomize'],
  ] as const)
    try {
      const { stdout } = await promisify(execFile)(program, [verb, path], { maxBuffer: 1e8 })
      return parseManifests(stdout)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  return undefined
}
