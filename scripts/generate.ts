import { writeFileSync } from 'node:fs'
import { generateTypes } from '../schemas/generate-types.ts'

for (const [path, content] of generateTypes()) writeFileSync(new URL(`../schemas/${path}`, import.meta.url), content)
