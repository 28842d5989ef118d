import type { StackProbe } from './stack-probe.ts'

/** The id of the newest schema of each subject, as subscribers see it. */
export const readSchemaIds = async (probe: StackProbe): Promise<Record<string, number>> => {
  const subjects = '/apis/ccompat/v7/subjects'
  const names = (await probe.getJson('LOCAL_REGISTRY_PORT', subjects)) as string[]
  const ids = names.sort().map(async (name) => {
    const path = `${subjects}/${name}/versions/latest`
    const { id } = (await probe.getJson('LOCAL_REGISTRY_PORT', path)) as { id: number }
    return [name, id] as const
  })
  return Object.fromEntries(await Promise.all(ids))
}
