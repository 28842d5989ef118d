/** `2026-11-02T09:00:00.123Z`, as most fields have it. */
export const isoTime = (at: number): string => new Date(at).toISOString()

/** `2026-11-02T09:00:00Z`, as system hooks have it. */
export const secondsTime = (at: number): string => isoTime(at).replace(/\.\d+Z$/, 'Z')

/** `2026-11-02 09:00:00 UTC`, as the jobs of a pipeline have it. */
export const railsTime = (at: number): string =>
  isoTime(at)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')

/** `2026-11-02T10:00:00+01:00`, as commits have it. */
export const commitTime = (at: number): string =>
  `${new Date(at + 3_600_000).toISOString().replace(/\.\d+Z$/, '')}+01:00`
