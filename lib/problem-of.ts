import type { z } from 'zod'

/**
 * Describes what is wrong with the value of a variable, without the value itself.
 *
 * @returns undefined if the message of zod is used
 */
export const problemOf = (issue: z.core.$ZodRawIssue): string | undefined => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'int') return 'must be a whole number'
      return issue.expected === 'number' ? 'must be a number' : undefined
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
        : undefined
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`
        : undefined
    case 'invalid_value':
      return issue.expected === 'stringbool'
        ? 'must be true or false'
        : `must be one of ${issue.values.join(', ')}`
    case 'invalid_format':
      return issue.format === 'url' ? 'must be a URL' : undefined
    default:
      return undefined
  }
}
