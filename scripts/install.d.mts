// The types of install.mjs for its test.

interface Lockfile {
  packages: Record<string, object>
}

export function isSatisfied(
  wanted: Lockfile,
  installed: Lockfile | undefined,
  platform: { os: string; cpu: string },
): boolean

export function isNewEnough(version: string): boolean
