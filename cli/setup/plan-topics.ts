import type { Topic } from './topic-list.ts'
import type { ClusterState, TopicState } from './topic-state.ts'

/** A setting of an existing topic whose value is not the wanted one. */
export interface SettingDifference {
  topic: string
  setting: string
  /** Ends with ` (default)` if the value was not set on the topic itself. */
  oldValue: string
  newValue: string
}

/** What `bridge setup` has to do with the topics. */
export interface TopicPlan {
  /** Topics that do not exist. */
  missing: readonly Topic[]
  /** Settings that setup changes. */
  changes: readonly SettingDifference[]
  /** Settings that differ from the wanted value, and that setup leaves as they are. */
  kept: readonly SettingDifference[]
  /**
   * The complete configuration of each topic that is changed. A request of Kafka replaces the whole
   * configuration of a topic, so what an operator has set is a part of it.
   */
  configs: ReadonlyMap<string, Readonly<Record<string, string>>>
}

/**
 * Which differences setup corrects.
 *
 * - `keep`: it sets only what nobody has set on the topic, and never to a smaller value
 * - `overwrite`: it corrects all of them
 */
export type DifferencePolicy = 'keep' | 'overwrite'

/** Compares the topics that exist with those that are wanted. Nothing is changed. */
export const planTopics = (
  { topics: existing }: Pick<ClusterState, 'topics'>,
  wanted: readonly Topic[],
  policy: DifferencePolicy,
): TopicPlan => {
  const present = wanted.flatMap((topic) => {
    const state = existing.get(topic.topic)
    return state === undefined ? [] : [{ state, differences: differencesOf(topic, state) }]
  })
  const all = present.flatMap(({ differences }) => differences)
  const isChanged = ({ isKept }: Difference) => policy === 'overwrite' || !isKept
  return {
    missing: wanted.filter(({ topic }) => !existing.has(topic)),
    changes: all.filter(isChanged).map(({ difference }) => difference),
    kept: all.filter((each) => !isChanged(each)).map(({ difference }) => difference),
    configs: new Map(
      present
        .map(({ state, differences }) => ({ state, changes: differences.filter(isChanged) }))
        .filter(({ changes }) => changes.length > 0)
        .map(({ state, changes }) => [state.topic, { ...ownSettings(state), ...newValues(changes) }]),
    ),
  }
}

interface Difference {
  difference: SettingDifference
  /** The value was set by an operator, or the wanted value is smaller. */
  isKept: boolean
}

const differencesOf = ({ topic, config }: Topic, state: TopicState): Difference[] =>
  Object.entries(config).flatMap(([setting, newValue]) => {
    const { value, isOwn } = state.settings[setting] ?? { value: '', isOwn: false }
    if (isOwn && value === newValue) return []
    const difference = { topic, setting, oldValue: isOwn ? value : `${value} (default)`, newValue }
    return [{ difference, isKept: isOwn || isReduction(setting, value, newValue) }]
  })

const limits = new Set(['retention.ms', 'retention.bytes', 'max.message.bytes'])

/** Whether the new value keeps records for a shorter time, or allows less, than the old one. */
const isReduction = (setting: string, oldValue: string, newValue: string): boolean =>
  limits.has(setting) && sizeOf(newValue) < sizeOf(oldValue)

/** -1 means no limit. */
const sizeOf = (value: string): number => (value === '-1' ? Number.POSITIVE_INFINITY : Number(value))

const ownSettings = ({ settings }: TopicState): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([, { isOwn }]) => isOwn)
      .map(([name, { value }]) => [name, value]),
  )

const newValues = (changes: readonly Difference[]): Record<string, string> =>
  Object.fromEntries(changes.map(({ difference: { setting, newValue } }) => [setting, newValue]))
