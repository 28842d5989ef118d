import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeFrame } from '../../../ingress/spool/frame.ts'
import { hookOf } from '../records/deliver.ts'
import { pushOf } from '../records/hooks.ts'

/** Writes a push into the folder of what was set aside, as the ingress does with a hook that is refused. */
export const writeSetAside = async (dataDir: string, id: string): Promise<void> => {
  const folder = join(dataDir, 'spool', 'set-aside')
  await mkdir(folder, { recursive: true })
  const hook = hookOf(pushOf(15), { 'x-gitlab-event': 'Push Hook' }, { id, receivedAt: Date.now() })
  await writeFile(join(folder, `${id}.bin`), encodeFrame(hook))
}
