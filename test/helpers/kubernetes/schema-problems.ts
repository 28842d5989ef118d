import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Published schemas, see README.md beside them. */
const { $defs } = JSON.parse(readFileSync(new URL('schemas.json', import.meta.url), 'utf8')) as {
  $defs: Record<string, object>
}

/** Where Kubernetes defines the kinds of each group. */
const packages: Readonly<Record<string, string>> = {
  'apps/v1': 'io.k8s.api.apps.v1',
  'batch/v1': 'io.k8s.api.batch.v1',
  'networking.k8s.io/v1': 'io.k8s.api.networking.v1',
  'policy/v1': 'io.k8s.api.policy.v1',
  v1: 'io.k8s.api.core.v1',
  'monitoring.coreos.com/v1': 'com.coreos.monitoring.v1',
}

const schemas = new Map<string, z.ZodType>()

const schemaOf = (apiVersion: string, kind: string): z.ZodType => {
  const name = `${packages[apiVersion]}.${kind}`
  if ($defs[name] === undefined) throw new Error(`there is no schema of ${apiVersion} ${kind}`)
  const known = schemas.get(name)
  if (known !== undefined) return known
  const schema = z.fromJSONSchema({ $defs, $ref: `#/$defs/${name}` } as Parameters<
    typeof z.fromJSONSchema
  >[0])
  schemas.set(name, schema)
  return schema
}

/**
 * What the published schema of its kind says against a manifest. Unknown fields are problems, too.
 *
 * @throws Error if the kind has no schema
 */
export const schemaProblems = (manifest: { apiVersion: string; kind: string }): string[] => {
  const { error } = schemaOf(manifest.apiVersion, manifest.kind).safeParse(manifest)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}
