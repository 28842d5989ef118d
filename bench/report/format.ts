/** `12,345`: a whole number with its thousands apart. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString('en')

/** `0.87`: a ratio. */
export const formatRatio = (value: number): string => value.toFixed(2)

/** `12 %`: a share between 0 and 1. */
export const formatPercent = (share: number): string => `${(share * 100).toFixed(0)} %`
