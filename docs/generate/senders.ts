import { type EventType, isOurOwn } from '../../schemas/catalogue.ts'
import type { Sample } from './samples.ts'

/** Values of X-Gitlab-Event that group hooks send and project hooks do not. */
const groupOnly: ReadonlySet<string> = new Set(['Member Hook', 'Project Hook', 'Subgroup Hook'])

/** The kinds of hooks that send an event, in Markdown. The headers of its samples say which. */
export const sendersOf = (event: EventType, samples: readonly Sample[]): string[] => {
  if (event === 'interval') return ['no hook: the ingress itself']
  if (isOurOwn(event)) return ['any hook']
  const headers = new Set(samples.flatMap(({ header }) => header ?? []))
  return [...headers]
    .sort((a, b) => Number(a === 'System Hook') - Number(b === 'System Hook'))
    .map((header) => `${kindOf(header)} (\`${header}\`)`)
}

const kindOf = (header: string): string => {
  if (header === 'System Hook') return 'system hooks'
  if (groupOnly.has(header)) return 'group webhooks'
  return header.endsWith(' Hook') ? 'project and group webhooks' : 'callbacks of GitLab Duo flows'
}
