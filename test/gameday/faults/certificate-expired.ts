import assert from 'node:assert/strict'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendTls } from '../../helpers/faults/send-tls.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { replaceFile } from '../../helpers/process/replace-file.ts'
import { createTlsFiles, tlsSettings } from '../../helpers/servers/tls-files.ts'
import type { Fault } from '../fault.ts'

const name = 'ingress-with-tls'
/** In days: three minutes. */
const validFor = 3 / (24 * 60)
/** It is no hook: many with a wrong token would page, too. */
const probe = rawRequest('', [['Connection', 'close']], { method: 'GET', target: '/nothing' })

/** A certificate that nobody renewed. The alert fires before it expires, and GitLab is refused after that. */
export const certificateExpired: Fault = {
  name: 'certificate-expired',
  title: 'The certificate of an ingress expires',
  pages: ['CertificateExpiresSoon'],
  within: '15m',
  inject: async ({ addIngress, removeIngress }) => {
    const { maker, authority, server, trusting } = await createTlsFiles()
    const old = await authority.issue('server', validFor)
    const files = { certFile: await maker.file(old.cert), keyFile: await maker.file(old.key) }
    const { hookUrl } = await addIngress(name, tlsSettings(files))
    const send = () => sendTls(String(hookUrl), probe, trusting)
    return {
      untilVisible: () =>
        eventually(async () => assert.equal((await send()).code, 'CERT_HAS_EXPIRED'), 5 * 60_000),
      operatorEnv: tlsSettings(files),
      mend: async () => {
        await replaceFile(files.certFile, server.cert)
        await replaceFile(files.keyFile, server.key)
        await eventually(async () => assert.deepEqual((await send()).statuses, [404]))
        await removeIngress(name)
        await maker.remove()
      },
    }
  },
  exitCodes: { 'bridge doctor': 1 },
}
