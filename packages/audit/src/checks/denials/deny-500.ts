import { strangerRefusedAs } from './refused-as.ts'

/** Finds failures where a known caller should be refused. */
export const deny500 = strangerRefusedAs('DENY-500', {
  told: 'answered with a failure',
  is: ({ observed }) => observed.class === 'broken' && observed.exchange.response !== undefined,
})
