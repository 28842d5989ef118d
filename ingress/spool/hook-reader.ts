import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Hook } from '../hook.ts'
import type { DamageStretch } from './find-missing.ts'
import { idsInDamage } from './frame.ts'
import { missingSuffix, missingText } from './missing-file.ts'
import type { Peeked, SegmentReader } from './segment-reader.ts'
import type { SpoolFolder } from './spool-folder.ts'
import type { SpoolTally } from './spool-state.ts'

/** Reads hooks from the segments. Damaged parts are set aside and skipped. */
export interface HookReader {
  /**
   * The oldest hooks; none if everything that is durable has been read.
   *
   * @throws Error if the disk cannot be read
   */
  peek(): Promise<readonly Hook[]>
  /**
   * Moves past the hooks of the last `peek`.
   *
   * @param left of how many it is known what became of them; all if missing
   */
  advance(left?: number): Promise<void>
  /** Deletes the segments that have been read to their end. */
  tidy(): Promise<void>
}

export interface HookReaderParts {
  folder: Pick<SpoolFolder, 'read' | 'setAside' | 'setSegmentAside'>
  segments: SegmentReader
  tally: Pick<SpoolTally, 'countDrained' | 'countDamaged' | 'setPassedBytes'>
  logger: Logger
}

export const createHookReader = (parts: HookReaderParts): HookReader => {
  const { segments, tally, logger } = parts
  let peekedRecords = 0

  const advance = async (left?: number) => {
    const bytes = await segments.advance()
    tally.countDrained({ records: peekedRecords, bytes }, left ?? peekedRecords)
    peekedRecords = 0
  }
  return {
    peek: async () => {
      for (;;) {
        peekedRecords = 0
        const peeked = await segments.peek()
        await setDamageAside(peeked, parts)
        const hooks = peeked.stretches.flatMap((stretch) => (stretch.kind === 'hook' ? [stretch.hook] : []))
        peekedRecords = hooks.length
        if (hooks.length > 0 || peeked.stretches.length === 0) return hooks
        // Only damage was read: it is skipped, and the hooks after it are read.
        await advance(0)
      }
    },
    advance,
    tidy: async () => {
      try {
        await segments.tidy()
      } catch (error) {
        logger.warn('a finished segment of the spool could not be deleted, it will be tried again', {
          error: messageOf(error),
        })
      }
      tally.setPassedBytes(segments.passedBytes())
    },
  }
}

const setDamageAside = async ({ segment, stretches }: Peeked, parts: HookReaderParts): Promise<void> => {
  const { tally, logger } = parts
  for (const stretch of stretches) {
    const { kind, start, end } = stretch
    if (kind === 'torn')
      logger.info('the last process died while it wrote a hook, which was not acknowledged', {
        segment,
        start,
        end,
      })
    if (kind === 'torn' || kind === 'hook') continue
    tally.countDamaged(stretch.hooks)
    const details = { segment, start, end, damage: kind, hooks: stretch.hooks }
    try {
      const ids = await keepDamage(segment, stretch, parts)
      logger.error(
        kind === 'missing'
          ? 'hooks of the spool are missing: the file was cut, overwritten or deleted'
          : 'a damaged part of the spool was set aside',
        { ...details, delivery_ids: ids },
      )
    } catch (error) {
      logger.error('a damaged part of the spool could not be set aside and is lost', {
        ...details,
        error: messageOf(error),
      })
    }
  }
}

/** @returns the ids of hooks that can still be read in the damaged bytes */
const keepDamage = async (
  segment: string,
  { kind, start, end, hooks }: DamageStretch,
  { folder }: HookReaderParts,
): Promise<string[] | undefined> => {
  if (kind === 'unreadable') await folder.setSegmentAside(segment)
  if (kind === 'missing') await folder.setAside(`${segment}-${start}${missingSuffix}`, missingText(hooks))
  if (kind !== 'corrupt') return undefined
  const bytes = await folder.read(segment, start, end - start)
  await folder.setAside(`${segment}-${start}.bin`, bytes)
  return idsInDamage(bytes)
}
