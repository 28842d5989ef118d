import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { checkCertificates } from '../../../../cli/doctor/checks/certificates.ts'
import { openCertificateMaker } from '../../../helpers/servers/certificate-maker.ts'

const maker = await openCertificateMaker()
after(() => maker.remove())
const authority = await maker.authority('ours')
const old = await authority.issue('authority', -1)

test('every variable of a certificate or an authority is checked', async () => {
  for (const variable of [
    'INGRESS_TLS_CERT_FILE',
    'INGRESS_TLS_CLIENT_CA_FILE',
    'KAFKA_SSL_CA_FILE',
    'KAFKA_SSL_CERT_FILE',
    'KAFKA_OAUTH_CA_FILE',
    'SCHEMA_REGISTRY_CA_FILE',
    'SCHEMA_REGISTRY_OAUTH_CA_FILE',
    'GITLAB_API_CA_FILE',
    'LDAP_SYNC_CA_FILE',
  ]) {
    const [found, ...others] = await checkCertificates({ [variable]: old.certFile })
    assert.equal(found?.state, 'problem', variable)
    assert.match(String(found?.says), new RegExp(`^${variable} \\(.*\\) has expired\\.$`))
    const renewal = variable.startsWith('INGRESS_') ? 'no restart is needed' : 'then restart the processes'
    assert.equal(found.todo, `renew it: ${renewal}`)
    assert.deepEqual(others, [])
  }
})

test('an expired authority beside its successor is no problem, and of a chain the first counts', async () => {
  const { cert } = await authority.issue('authority', 90)
  const both = await maker.file(`A comment.\n${old.cert}${cert}`)
  const stateOf = async (variable: string, file: string) =>
    (await checkCertificates({ [variable]: file })).map(({ state }) => state)
  assert.deepEqual(await stateOf('SCHEMA_REGISTRY_CA_FILE', both), ['ok'])
  assert.deepEqual(await stateOf('INGRESS_TLS_CERT_FILE', both), ['problem'])
  assert.deepEqual(await stateOf('KAFKA_SSL_CA_FILE', await maker.file('no certificate')), ['problem'])
})
