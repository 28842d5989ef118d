import type { PlannedEffect } from '../consumer.ts'
import type { DirectoryRecord } from './observe/directory-events.ts'
import { observe } from './observe/observe.ts'

/** What the worker would write for a record. */
export const planned = (record: DirectoryRecord): readonly PlannedEffect[] =>
  observe(record, 0).map((observation) => ({
    would: 'write',
    to: 'project_directory',
    content: observation,
  }))
