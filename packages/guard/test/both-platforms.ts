/** What tests take of the library on both platforms. `web-library.ts` bundles this file for a runtime that is not Node. */
export * from 'countersign'
export { protectWith } from 'countersign/fetch'
export { ProofKeys, readProofKey } from '../src/proofs/proof-keys.ts'
export { readProof } from '../src/proofs/proof.ts'
export { RecentCache } from '../src/tokens/recent-cache.ts'
export { importKey, verifySignature } from '#platform'
