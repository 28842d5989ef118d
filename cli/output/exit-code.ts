import { ConfigError, RefusedSettingError, SettingsError } from '../../lib/errors.ts'

/**
 * EX_CONFIG of sysexits.h. Whatever starts a process again should not do so after this code: nothing changes
 * until a setting is changed.
 */
const wrongSettings = 78

/** The exit code of a command that ends with this error: 78 if a setting is missing or wrong, else 1. */
export const exitCodeOf = (error: unknown): number => {
  if (error instanceof RefusedSettingError) return 1
  return error instanceof ConfigError || error instanceof SettingsError ? wrongSettings : 1
}
