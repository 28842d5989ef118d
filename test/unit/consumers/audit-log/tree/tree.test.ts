import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isExtension, isIncluded } from '../../../../../consumers/audit-log/tree/check-proof.ts'
import { appendLeaf, emptyRange, rootOf } from '../../../../../consumers/audit-log/tree/compact-range.ts'
import { emptyRoot, hashLeaf } from '../../../../../consumers/audit-log/tree/hashing.ts'
import { proveConsistency, proveInclusion } from '../../../../../consumers/audit-log/tree/prove.ts'
import { rootByDefinition, treeOf } from '../../../../helpers/audit/tree-of.ts'

const sizes = fc.integer({ min: 1, max: 700 })
const full = treeOf(700)
const rootAt = (size: number) => rootByDefinition(full.leaves.slice(0, size))

test('the first roots are those of the examples of Certificate Transparency', () => {
  // https://github.com/google/certificate-transparency/blob/master/cpp/merkletree/merkle_tree_test.cc
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  ]
  const range = emptyRange()
  assert.equal(
    rootOf(range).toString('hex'),
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
  for (const [index, input] of inputs.entries()) {
    appendLeaf(range, hashLeaf(Buffer.from(input, 'hex')))
    assert.equal(rootOf(range).toString('hex'), roots[index])
  }
})

test('a tree that grows has the root of the definition at every size', () => {
  const range = emptyRange()
  for (const [index, leaf] of full.leaves.entries()) {
    appendLeaf(range, hashLeaf(leaf))
    if (index < 70 || index % 61 === 0)
      assert.ok(rootOf(range).equals(rootAt(index + 1)), `size ${index + 1}`)
  }
})

test('every leaf is proven in every tree that has it, and in no other place', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(), async (size, at) => {
      const index = at % size
      const proof = await proveInclusion(index, size, full.readTile)
      const hash = hashLeaf(full.leaves[index] as Buffer)
      const head = { size, root: rootAt(size) }
      assert.ok(isIncluded(hash, index, head, proof))
      assert.ok(!isIncluded(hash, index === 0 ? size : index - 1, head, proof) || size === 1)
      assert.ok(!isIncluded(hashLeaf(Buffer.from('another')), index, head, proof))
      assert.ok(!isIncluded(hash, index, { ...head, root: emptyRoot }, proof))
      assert.ok(!isIncluded(hash, index, head, [...proof, hash]))
      if (proof.length > 0) assert.ok(!isIncluded(hash, index, head, proof.slice(1)))
    }),
    { numRuns: 150 },
  )
})

test('a tree is proven to begin with every older tree, and with no other one', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(), async (size, at) => {
      const old = { size: at % (size + 1), root: at % (size + 1) === 0 ? emptyRoot : rootAt(at % (size + 1)) }
      const current = { size, root: rootAt(size) }
      const proof = await proveConsistency(old.size, size, full.readTile)
      assert.ok(isExtension(old, current, proof))
      const forged = hashLeaf(Buffer.from('forged'))
      assert.ok(!isExtension({ ...old, root: forged }, current, proof))
      assert.ok(old.size === 0 || !isExtension(old, { ...current, root: forged }, proof))
      assert.ok(!isExtension(old, current, [...proof, forged]))
      if (proof.length > 0) assert.ok(!isExtension(old, current, proof.slice(1)))
      if (old.size < size) assert.ok(!isExtension(current, old, proof))
    }),
    { numRuns: 150 },
  )
})

test('a leaf behind the end and an older tree that is larger cannot be proven', () => {
  assert.throws(() => proveInclusion(7, 7, full.readTile), RangeError)
  assert.throws(() => proveConsistency(8, 7, full.readTile), RangeError)
})

test('a tile that lost hashes is not read as a smaller one', async () => {
  const short = async () => Buffer.alloc(32)
  await assert.rejects(proveInclusion(0, 7, short), /fewer than 7 hashes/)
})
