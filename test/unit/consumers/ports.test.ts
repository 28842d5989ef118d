import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lagExporterPort } from '../../../cli/variables/lag-exporter-port.ts'
import { workers } from '../../../consumers/workers.ts'

// Checks, dashboards and firewalls of users rely on these numbers.
const fixedPorts: Readonly<Record<string, number>> = {
  'audit-log': 9465,
  'push-author-log': 9466,
  'project-directory': 9467,
  'ldap-sync': 9468,
  'chat-notifier': 9469,
  'hook-forwarder': 9470,
  'event-feed': 9471,
  'issue-commenter': 9472,
  'reviewer-mentions': 9473,
}

test('each worker of the bridge has its fixed operations port, and any other a port from 9480 on', () => {
  for (const { name, metricsPort } of workers)
    if (name in fixedPorts) assert.equal(metricsPort, fixedPorts[name], name)
    else assert.ok(metricsPort >= 9480, name)
})

test('no two processes have the same operations port', () => {
  const ports = [9464, lagExporterPort, ...workers.map(({ metricsPort }) => metricsPort)]
  assert.equal(lagExporterPort, 9474)
  assert.equal(new Set(ports).size, ports.length)
})
