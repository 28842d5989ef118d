// Appends pushes to a push log as fast as it can, and closes its day from time to time, until the test kills
// the process. It prints how many pushes are safe after each batch. Arguments: folder, first push, count.
import { openPushFiles } from '../../../consumers/push-author-log/files/push-files.ts'
import { linesOfPush } from '../records/push-lines.ts'

const [folder = '', from = '0', count = '0'] = process.argv.slice(2)
const batch = 20
const hourMs = 60 * 60 * 1000

const files = await openPushFiles(folder)
for (let number = Number(from); number < Number(count); number += batch) {
  const numbers = Array.from({ length: batch }, (_, index) => number + index)
  await files.append(numbers.flatMap(linesOfPush))
  process.stdout.write(`${number + batch}\n`)
  // The files look quiet an hour from now, so the day is closed although lines are added.
  if (number % (5 * batch) === 0) void files.keepUp(Date.now() + hourMs)
}
await files.close()
