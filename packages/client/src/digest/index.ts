export { digest, type DigestSourceOptions } from './source.ts'
