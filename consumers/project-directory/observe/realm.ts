import { isInvented } from '../../../lib/invented-sources.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'

/** Where ids mean something: one GitLab, and there the real events or those of one invented source. */
export interface Realm {
  /** Address of the GitLab; empty where the hook does not say it. */
  instance: string
  /** Empty for real events, else the source of invented ones. */
  invented: string
}

export const realmOf = ({ delivery: { instance, source } }: Pick<RecordOf, 'delivery'>): Realm => ({
  instance: instance ?? '',
  invented: isInvented(source) ? source : '',
})

export const realmKey = ({ instance, invented }: Realm): string => `${invented} ${instance}`
