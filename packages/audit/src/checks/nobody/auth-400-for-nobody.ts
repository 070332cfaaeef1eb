import { nobodyRefusedAs } from './refused-as.ts'

/** Finds requests that are looked at before it is asked who sends them. */
export const auth400ForNobody = nobodyRefusedAs('AUTH-400-FOR-NOBODY', {
  told: 'told that the request is wrong, which is right for those who may',
  is: ({ observed }) => observed.class === 'invalid',
})
