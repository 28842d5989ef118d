// `npm run generate` writes every generated file: types, dashboards, alerts, documents,
// manifests for Kubernetes and .env.example.
import { mkdirSync, writeFileSync } from 'node:fs'
import { envExample } from '../cli/config/env-example.ts'
import { generateKubernetes } from '../deploy/kubernetes/generate/generate-kubernetes.ts'
import { generateDocs } from '../docs/generate/generate-docs.ts'
import { generateMonitoring } from '../monitoring/generate-monitoring.ts'
import { generateTypes } from '../schemas/generate-types.ts'

for (const [path, content] of generateTypes())
  writeFileSync(new URL(`../schemas/${path}`, import.meta.url), content)
// Documents name the alerts, so the alerts are written first.
for (const [path, content] of generateMonitoring())
  writeFileSync(new URL(`../monitoring/${path}`, import.meta.url), content)
for (const [path, content] of generateDocs())
  writeFileSync(new URL(`../docs/${path}`, import.meta.url), content)
for (const [path, content] of generateKubernetes()) {
  const file = new URL(`../deploy/kubernetes/${path}`, import.meta.url)
  mkdirSync(new URL('.', file), { recursive: true })
  writeFileSync(file, content)
}
writeFileSync(new URL('../.env.example', import.meta.url), envExample())
