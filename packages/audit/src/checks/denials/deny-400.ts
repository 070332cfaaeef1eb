import { strangerRefusedAs } from './refused-as.ts'

/** Finds refusals of known callers that blame the request. */
export const deny400 = strangerRefusedAs('DENY-400', {
  told: 'told that the request is wrong, which is right for those who may',
  is: ({ observed }) => observed.class === 'invalid',
})
