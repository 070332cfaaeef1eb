import { nobodyRefusedAs } from './refused-as.ts'

/** Finds failures where credentials are missing. */
export const auth500ForNobody = nobodyRefusedAs('AUTH-500-FOR-NOBODY', {
  told: 'answered with a failure',
  is: ({ observed }) => observed.class === 'broken' && observed.exchange.response !== undefined,
})
