import { nobodyRefusedAs } from './refused-as.ts'

/** Finds 404 where credentials are what is missing. */
export const auth404ForNobody = nobodyRefusedAs('AUTH-404-FOR-NOBODY', {
  told: 'told that a described path is not there',
  is: ({ observed }) => observed.class === 'hidden',
})
