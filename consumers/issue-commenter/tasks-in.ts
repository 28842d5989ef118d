/** Longer lines are prose, and a pattern must not spend its time on them. */
const maxLine = 300

/** So many tasks of one merge request get a comment. Nobody writes a longer list by hand. */
export const maxTasks = 20

/** A line that names a task, and what a task looks like. */
export interface TaskRules {
  /** Its group holds the task. Upper and lower case are the same. */
  line: RegExp
  /** The whole name of a task, in upper case. Other texts are no tasks. */
  task: RegExp
}

/** The tasks that texts name, each once, in upper case, in the order of the texts. */
export const tasksIn = (texts: readonly string[], { line, task }: TaskRules): string[] => {
  const found = new Set<string>()
  for (const text of texts)
    for (const each of text.split(/\r?\n/)) {
      const name = each.length > maxLine ? undefined : line.exec(each)?.[1]?.toUpperCase()
      if (name !== undefined && task.test(name)) found.add(name)
      if (found.size === maxTasks) return [...found]
    }
  return [...found]
}
