// Appends hooks to spools while the process may open no more files, or only two. The test starts it with a
// low limit.
import { closeSync, openSync } from 'node:fs'
import { argv } from 'node:process'
import { openSpoolFolders } from '../../../ingress/spool/spool-folders.ts'
import { openSpools } from '../../../ingress/spool/spools.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { hookOf } from './spool-on-disk.ts'

const used: number[] = []
const useAllDescriptors = () => {
  for (;;) {
    try {
      used.push(openSync('/dev/null', 'r'))
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
  }
}

const { logger, lines } = recordingLogger()
const folders = await openSpoolFolders(argv[2] ?? '', 1e6, logger)
// The smallest segments: each of these hooks starts another one.
const topics = ['gitlab.push', 'gitlab.note']
const spools = await openSpools(folders, topics, 16, logger)
const errors = new Set<string | undefined>()
for (const id of ['a', 'b', 'c', 'd']) {
  errors.add(useAllDescriptors())
  await spools.common.appendMoved([hookOf(id)])
}

// With two descriptors more, the spool has spare files again. Then two segments begin at the same time. They
// need four descriptors, of which two are free and two belong to the spare files.
const freeTwo = () => {
  for (const descriptor of used.splice(-2)) closeSync(descriptor)
}
freeTwo()
await spools.common.appendMoved([hookOf('e')])
errors.add(useAllDescriptors())
freeTwo()
await Promise.all([...spools.ofTopics.values()].map((spool) => spool.appendMoved([hookOf('f')])))
console.log(JSON.stringify({ errors: [...errors], lines, records: spools.state().records }))
