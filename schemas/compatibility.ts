import avsc from 'avsc'
import type { RecordSchema } from './avro-schema.ts'
import { compareTypes } from './compare-types.ts'
import type { Incompatibility } from './incompatibility.ts'
import { findInvalidDefaults } from './invalid-defaults.ts'
import { fullNameOf } from './named-types.ts'

/**
 * Finds what keeps readers of `older` from reading records
 * of `newer`, or the other way round, field by field.
 * It is stricter than FULL_TRANSITIVE of the registry where that would let the code of readers break:
 * full names must be equal, bytes cannot become a string, and a time cannot change its unit.
 *
 * @param version the version of `older`, which the reasons name
 */
export const findIncompatibilities = (
  older: RecordSchema,
  newer: RecordSchema,
  version: string,
): Incompatibility[] => {
  const [oldName, newName] = [fullNameOf(older), fullNameOf(newer)]
  if (oldName !== newName)
    return [{ field: '', problem: `was record ${oldName}, is ${newName}: a renamed record is another type` }]
  const found = [...compareTypes(older, newer, version), ...findInvalidDefaults(newer)]
  return found.length > 0 ? found : findByAvsc(older, newer)
}

/** avsc has rules of its own for resolving schemas. They may find what ours do not. */
const findByAvsc = (older: RecordSchema, newer: RecordSchema): Incompatibility[] => {
  try {
    const oldType = avsc.Type.forSchema(older as avsc.Schema)
    const newType = avsc.Type.forSchema(newer as avsc.Schema)
    newType.createResolver(oldType)
    oldType.createResolver(newType)
    return []
  } catch (error) {
    return [{ field: '', problem: (error as Error).message }]
  }
}
