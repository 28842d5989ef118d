// Appends hooks to a spool while the process may open no more files. The test starts it with a low limit.
import { openSync } from 'node:fs'
import { argv } from 'node:process'
import { openSpoolFolders } from '../../../ingress/spool/spool-folders.ts'
import { openSpools } from '../../../ingress/spool/spools.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { hookOf } from './spool-on-disk.ts'

const useAllDescriptors = () => {
  for (;;) {
    try {
      openSync('/dev/null', 'r')
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
  }
}

const { logger, lines } = recordingLogger()
const folders = await openSpoolFolders(argv[2] ?? '', 1e6, logger)
// The smallest segments: each of these hooks starts another one.
const spools = await openSpools(folders, [], 16, logger)
const errors = new Set<string | undefined>()
for (const id of ['a', 'b', 'c', 'd']) {
  errors.add(useAllDescriptors())
  await spools.common.appendMoved([hookOf(id)])
}
console.log(JSON.stringify({ errors: [...errors], lines, records: spools.common.state.records }))
