export { remedies } from './interceptor.ts'
