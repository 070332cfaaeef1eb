export { tabs } from './share.ts'
