import type { TaskRules } from './tasks-in.ts'
import { trackerOf } from './trackers/index.ts'
import type { TrackerDestination } from './trackers/tracker.ts'

/** How texts name the tasks of a destination: as its settings say, or as is usual with its tracker. */
export const taskRulesOf = (destination: TrackerDestination): TaskRules => {
  const { rules } = trackerOf(destination)
  const { task_pattern: pattern } = destination
  return pattern === undefined ? rules : { ...rules, line: new RegExp(pattern, 'iu') }
}
