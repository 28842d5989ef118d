// The page of the feed in a real browser: Debian's Chromium, by playwright-core.
import { test } from 'node:test'
import { findChromium } from '../helpers/feed/find-chromium.ts'

/** CI sets this variable, because a skipped test would go unnoticed there. */
const isRequired = process.env.BRIDGE_TEST_REQUIRE_PAGE === '1'

const missing = "Chromium is not installed (Debian's package `chromium`)"

if (findChromium() !== undefined) await import('./in-chromium.ts')
else if (isRequired) throw new Error(missing)
else test('the page of the feed in Chromium', { skip: missing }, () => {})
