import { eventually } from './eventually.ts'

/** Waits until a list or a set holds at least so many entries. */
export const untilCount = async (
  list: { readonly length: number } | { readonly size: number },
  count: number,
  limitMs?: number,
): Promise<void> => {
  const lengthOf = () => ('length' in list ? list.length : list.size)
  await eventually(() => {
    if (lengthOf() < count) throw new Error(`the list holds ${lengthOf()} entries instead of ${count}`)
  }, limitMs)
}
