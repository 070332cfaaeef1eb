import { withoutAnswer } from './no-answer.ts'

/** Finds operations that never answer while others do. */
export const robHang = withoutAnswer('ROB-HANG', 'does not answer in time', new Set(['timeout']))
