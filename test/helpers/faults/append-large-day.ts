// Appends many pushes of one day to a push log, as the worker receives them. Arguments: folder, count.
import { openPushFiles } from '../../../consumers/push-author-log/files/push-files.ts'
import { pushLine } from '../records/push-lines.ts'

const [folder = '', count = '0'] = process.argv.slice(2)
const batch = 500
const projects = 1000
const begin = Date.parse('2026-06-01T00:00:00.000Z')
const dayMs = 24 * 60 * 60 * 1000

const files = await openPushFiles(folder)
for (let start = 0; start < Number(count); start += batch)
  await files.append(
    Array.from({ length: batch }, (_, index) => {
      const number = start + index
      const project = 1 + (number % projects)
      return pushLine({
        pushed_at: new Date(begin + Math.floor((number * dayMs) / Number(count))).toISOString(),
        project_id: project,
        project_path: `group/project-${project}`,
        ref: `refs/heads/branch-${Math.floor(number / projects) % 7}`,
        before: number.toString(16).padStart(40, '0'),
        after: (number + 1).toString(16).padStart(40, 'a'),
        delivery_id: `delivery-${number}`,
      })
    }),
  )
await files.close()
