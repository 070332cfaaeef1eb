import { withoutAnswer } from './no-answer.ts'

/** Finds operations at which the connection ends without an answer, each time, while the server lives on. */
export const robCrash = withoutAnswer('ROB-CRASH', 'ends the connection without an answer', new Set(['reset', 'unreadable']))
