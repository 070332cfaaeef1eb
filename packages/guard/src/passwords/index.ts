export { hashPassword, verifyPassword } from './verify-password.ts'
